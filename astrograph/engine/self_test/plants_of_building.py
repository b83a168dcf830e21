"""Plants in what is built from: policy, paths, authored facts, contracts; and in the manifests and ledgers built."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from astrograph.engine.self_test.plants import Plant, planted, reauthor
from astrograph.engine.self_test.scratch import AUTHORED, BUILD, LEGACY, PINS, RULES, Scratch
from astrograph.engine.self_test.tree import CONTRACT_FILE, MODULES, PLAIN_MODULE, free_stars
from astrograph.formats.canonical_json import encode
from astrograph.gates.registry import Gate
from astrograph.model import limits
from astrograph.model.canon import SUPPORTING
from astrograph.model.pins import PolicyKind

# ── pins, canon, rules ────────────────────────────────────────────────────────


def of_policy() -> Iterable[Plant]:
    """Plants for the gates over pins, canon and rules."""
    yield planted("a stale pin", Gate.PINS, inputs=lambda s: s.append(RULES, b"\n"), rebuild=False)
    yield planted("a pin for other bytes", Gate.PINS, inputs=lambda s: s.edit(PINS, _other_digest), rebuild=False)
    yield planted(
        "a pin that is gone", Gate.PINS, inputs=lambda s: s.edit(PINS, lambda d: d["pins"].pop("schema")), rebuild=False
    )
    yield planted(
        "a star swapped for another name in the schema",
        Gate.CANON,
        inputs=lambda s: _swap_star(s, "Swapped"),
        rebuild=False,
    )
    yield planted("a star missing in the schema", Gate.CANON, inputs=lambda s: _swap_star(s, None), rebuild=False)
    yield planted("an alias that hides another star", Gate.CANON, inputs=_hide_star, rebuild=False)
    yield planted(
        "a pattern that does not compile", Gate.RULES, inputs=lambda s: _add_rule(s, "(unclosed"), rebuild=False
    )
    yield planted(
        "a pattern that backtracks for ever", Gate.RULES, inputs=lambda s: _add_rule(s, "(?<!x)(a+)+$"), rebuild=False
    )


def _other_digest(document: Any) -> None:
    document["pins"]["canon"]["sha256"] = "0" * 64


def _swap_star(scratch: Scratch, name: str | None) -> None:
    """Write another name for a star that no module has into every closed list of the schema, or none at all."""
    with scratch.open() as session:
        canon = session.policy.canon
    unused = [star.id for star in canon.stars if star.id != SUPPORTING][-1]
    gone = object()

    def change(value: Any) -> None:
        if isinstance(value, dict):
            for key in ("enum", "oneOf", "anyOf"):
                if isinstance(value.get(key), list):
                    value[key] = [new for option in value[key] if (new := _renamed_star(option)) is not gone]
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            change(item)

    def _renamed_star(option: Any) -> Any:
        text = option.get("const") if isinstance(option, dict) else option
        if not isinstance(text, str) or canon.resolve(text) != unused:
            return option
        if name is None:
            return gone
        return {**option, "const": name} if isinstance(option, dict) else name

    scratch.policy(PolicyKind.SCHEMA, change)


def _hide_star(scratch: Scratch) -> None:
    def hide(document: Any) -> None:
        with scratch.open() as session:
            first, second = session.policy.canon.stars[:2]
        document.setdefault("aliases", {})[first.id.lower()] = second.label

    scratch.policy(PolicyKind.CANON, hide)


def _add_rule(scratch: Scratch, pattern: str) -> None:
    star = free_stars(scratch)[0]

    def add(document: Any) -> None:
        document["rules"].append({"star": star, "pattern": pattern, "source": "self-test"})

    scratch.policy(PolicyKind.RULES, add)


# ── paths, schema, round trip, source, coverage ───────────────────────────────


def of_outputs() -> Iterable[Plant]:
    """Plants for the gates over paths, manifests, source and coverage."""
    package = '"""A package."""\n'
    yield planted("a legacy path", Gate.PATHS, inputs=lambda s: s.write(f"src/{LEGACY}/unit/__init__.py", package))
    yield planted("a package in upper case", Gate.PATHS, inputs=lambda s: s.write("src/St_one/__init__.py", package))
    yield planted(
        "a package whose name is too long",
        Gate.PATHS,
        inputs=lambda s: s.write(f"src/st_{'x' * limits.SEGMENT}/__init__.py", package),
    )
    yield planted(
        "an exclude pattern without effect",
        Gate.PATHS,
        inputs=lambda s: s.with_settings(exclude=(PLAIN_MODULE,)),
        warns=True,
    )
    yield planted("a manifest where no module may be", Gate.PATHS, outputs=_stray_manifest)
    yield planted("a manifest without its fields", Gate.SCHEMA, outputs=lambda s: s.write(_manifest_of(s), "[]\n"))
    yield planted(
        "a manifest of another schema version", Gate.SCHEMA, outputs=_other_version, fields=("schema_version",)
    )
    yield planted("a truncated manifest", Gate.SCHEMA, Gate.ROUNDTRIP, outputs=lambda s: s.truncate(_manifest_of(s)))
    yield planted("a missing manifest", Gate.SCHEMA, Gate.ROUNDTRIP, outputs=lambda s: s.remove(_manifest_of(s)))
    yield planted(
        "a manifest with one more newline", Gate.ROUNDTRIP, outputs=lambda s: s.append(_manifest_of(s), b"\n")
    )
    yield planted("a manifest with its keys in another order", Gate.ROUNDTRIP, outputs=_unsorted)
    yield planted(
        "a source file that no ledger counts", Gate.SOURCE, outputs=lambda s: s.ledger(PLAIN_MODULE, _no_files)
    )
    yield planted(
        "a module whose manifest no ledger knows", Gate.COVERAGE, outputs=lambda s: s.ledger(PLAIN_MODULE, _no_manifest)
    )


def _manifest_of(scratch: Scratch) -> str:
    return scratch.manifest(PLAIN_MODULE)


def _stray_manifest(scratch: Scratch) -> None:
    scratch.write(f"{BUILD}/manifests/St_one/unit/module.manifest.json", scratch.read(_manifest_of(scratch)))


def _other_version(scratch: Scratch) -> None:
    with scratch.open() as session:
        place = session.policy.placements["schema_version"]
    document = json.loads(scratch.read(_manifest_of(scratch)))
    inner = document
    *above, last = place.pointer.split("/")[1:]
    for name in above:
        inner = inner[name]
    inner[last] = "0.0.1"
    scratch.write(_manifest_of(scratch), encode(document))


def _unsorted(scratch: Scratch) -> None:
    document = json.loads(scratch.read(_manifest_of(scratch)))
    turned = dict(reversed(document.items()))
    scratch.write(_manifest_of(scratch), json.dumps(turned, indent=2, ensure_ascii=False) + "\n")


def _no_files(line: Any) -> None:
    line["files"] = 0


def _no_manifest(line: Any) -> None:
    line["manifest"] = ""


# ── authored facts and contracts ──────────────────────────────────────────────


def of_people() -> Iterable[Plant]:
    """Plants for the gates over authored facts and contracts."""
    note = f"{AUTHORED}/{PLAIN_MODULE}.yaml"
    yield planted("a misspelt authored field", Gate.AUTHORED, inputs=lambda s: s.append(note, b"ownr: x\n"))
    yield planted(
        "an authored field written twice", Gate.AUTHORED, inputs=lambda s: s.append(note, b"description: again\n")
    )
    yield planted("authored facts of no module", Gate.AUTHORED, inputs=lambda s: s.author("st_one/unit_x", owner="@x"))
    yield planted(
        "a tier that there is not",
        Gate.AUTHORED,
        Gate.PARITY,
        inputs=lambda s: reauthor(s, MODULES[8], tier="T9"),
        fields=("tier",),
    )
    yield planted(
        "a reference to no contract", Gate.CONTRACTS, inputs=lambda s: reauthor(s, MODULES[8], contracts=["no@v1"])
    )
    yield planted("a contract that is not JSON", Gate.CONTRACTS, inputs=lambda s: s.truncate(CONTRACT_FILE))
    yield planted("a contract that promises less", Gate.CONTRACTS, inputs=lambda s: s.edit(CONTRACT_FILE, _unpromise))
    yield planted(
        "a critical module without a contract",
        Gate.CONTRACTS,
        inputs=lambda s: reauthor(s, MODULES[8], tier="T1_critical"),
    )


def _unpromise(document: Any) -> None:
    del document["exports"]
