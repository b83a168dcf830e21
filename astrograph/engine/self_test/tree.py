"""The tree of the scratch workspace, and its history: two publications, then promotions that are not published yet."""

from __future__ import annotations

from collections import Counter
from typing import Any

from astrograph.contracts.scaffold import contract_bytes
from astrograph.engine.self_test.scratch import EXCEPTIONS, RULES, Scratch
from astrograph.formats.policy_known import write_known
from astrograph.model.canon import SUPPORTING, StarId
from astrograph.model.facts import PackageSummary
from astrograph.model.gate import KnownViolation
from astrograph.model.ids import ModuleId
from astrograph.model.pins import PolicyKind

MODULES = tuple(
    ModuleId(f"{stratum}/unit_{letter}") for stratum in ("st_one", "st_two", "st_six") for letter in "abcdef"
)

CRITICAL = MODULES[0]
"""T1, with a contract."""

PLAIN_MODULE = MODULES[1]
"""With an owner and a tier, and nothing special."""

BRIGHT = MODULES[2]
"""With two stars by a person's decision."""

UNOWNED = MODULES[3:6]
"""Without a real owner; for the first of them that is a known violation."""

FORCED = MODULES[12:15]
"""Promoted by force: the first two to one star, the third to another."""

MOVED = MODULES[7]
"""Whose owner changes by an authored edit that is not published yet."""

CONTRACT = "st_one.unit_a@v1"
OTHER_CONTRACT = "st_one.unit_b@v1"
CONTRACT_FILE = "contracts/st_one/unit_a.v1.json"
KNOWN = "rules/known_violations.yaml"

_MANY = 1_000_000
_WHOLE = 100_000


def lay_out(scratch: Scratch, stars: tuple[StarId, ...]) -> None:
    """Write source, authored facts, contracts and the ratchet."""
    for position, module in enumerate(MODULES):
        above = MODULES[position - 1].replace("/", ".")
        imports = f"from {above} import work as before\n" if position % 3 else ""
        scratch.write(
            f"src/{module}/__init__.py", f'"""Unit {position}."""\n{imports}\n\ndef work():\n    """Work."""\n'
        )
        scratch.author(module, **_facts(scratch, module, stars))
    for contract, module, file in (
        (CONTRACT, CRITICAL, CONTRACT_FILE),
        (OTHER_CONTRACT, PLAIN_MODULE, "contracts/st_one/unit_b.v1.json"),
        ("unused@v1", PLAIN_MODULE, "contracts/unused.v1.json"),
    ):
        exports = PackageSummary(functions=(("work", False),))
        scratch.write(file, contract_bytes(contract, module, exports, description="What may be relied on."))
    known = KnownViolation("AG213", UNOWNED[0], "known before the self-test")
    scratch.write(KNOWN, write_known([known]))


def _facts(scratch: Scratch, module: ModuleId, stars: tuple[StarId, ...]) -> dict[str, object]:
    if module in UNOWNED:
        placeholders = scratch.workspace.placeholder_owners
        return {"owner": placeholders[0]} if placeholders else {"description": "Nobody's."}
    facts: dict[str, object] = {"owner": f"@team-{module[:6]}", "tier": "T3_standard", "description": f"Unit {module}."}
    if module == CRITICAL:
        facts |= {"tier": "T1_critical", "contracts": [CONTRACT]}
    if module == PLAIN_MODULE:
        facts |= {"contracts": [OTHER_CONTRACT]}
    if module == BRIGHT:
        facts |= {"stars": list(stars[:2])}
    return facts


def free_stars(scratch: Scratch) -> tuple[StarId, ...]:
    """The stars that modules can be given, in canon order."""
    with scratch.open() as session:
        return tuple(star.id for star in session.policy.canon.stars if star.id != SUPPORTING)


def set_limits(scratch: Scratch, **limits: object) -> None:
    """Change limits of the rules, and pin."""
    scratch.policy(PolicyKind.RULES, lambda rules: rules["limits"].update(limits))


def tell_history(scratch: Scratch) -> tuple[StarId, ...]:
    """Publish twice, then promote, and set every limit to exactly what there is. Returns the free stars.

    Raises PolicyError when a gate fails on the way.
    """
    scratch.pin()
    stars = free_stars(scratch)
    set_limits(
        scratch,
        max_promotions_run=_MANY,
        max_promotions_per_star=_MANY,
        max_stars_per_module=2,
        min_supporting_percentage=0.0,
    )
    lay_out(scratch, stars)
    scratch.publish()
    scratch.append(f"src/{PLAIN_MODULE}/__init__.py", b'\n\ndef more():\n    """More."""\n')
    scratch.publish()
    scratch.author(MOVED, owner="@team-other", tier="T3_standard", description="Moved.")
    chosen = dict(zip(FORCED, (stars[0], stars[0], stars[1]), strict=True))
    scratch.edit(EXCEPTIONS, lambda document: _force(document, chosen))
    scratch.pin()
    scratch.build()
    set_limits(scratch, **_exact_limits(scratch))
    scratch.build()
    return stars


def _force(document: Any, stars: dict[ModuleId, StarId]) -> None:
    document["force_promote"] = {module: {"star": star, "reason": "self-test"} for module, star in stars.items()}


def _exact_limits(scratch: Scratch) -> dict[str, object]:
    """The limits that what is staged reaches, and does not pass."""
    with scratch.open() as session:
        promotions = session.gates.values.promotions
        lines = session.gates.lines
    gained = Counter(star for promotion in promotions for star in promotion.gained)
    supporting = sum(line.assignment.stars == (SUPPORTING,) for line in lines)
    return {
        "max_promotions_run": len(promotions),
        "max_promotions_per_star": max(gained.values()),
        "max_stars_per_module": max(len(line.assignment.stars) for line in lines),
        "min_supporting_percentage": supporting * _WHOLE // len(lines) / 1000,
    }


def limits_of(scratch: Scratch) -> dict[str, Any]:
    """The limits as the rules have them."""
    import json

    limits: dict[str, Any] = json.loads(scratch.read(RULES))["limits"]
    return limits
