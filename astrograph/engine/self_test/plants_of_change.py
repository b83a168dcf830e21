"""Plants in what changes and what is published: the baseline, limits, generations, the plan, the artifacts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from astrograph.engine.planning.staged import staged_entries
from astrograph.engine.self_test.plants import Plant, planted, reauthor
from astrograph.engine.self_test.scratch import BUILD, CANON, PUBLISHED, SCHEMA, Scratch
from astrograph.engine.self_test.tree import (
    BRIGHT,
    CRITICAL,
    FORCED,
    KNOWN,
    MODULES,
    OTHER_CONTRACT,
    PLAIN_MODULE,
    UNOWNED,
    free_stars,
    limits_of,
    set_limits,
)
from astrograph.formats.canonical_json import encode
from astrograph.formats.policy_known import read_known, write_known
from astrograph.gates.registry import Gate
from astrograph.model.digests import sha256
from astrograph.model.gate import KnownViolation
from astrograph.model.generation import GenerationKind
from astrograph.model.ids import ModuleId
from astrograph.store.clone import MARKER

# ── parity, ceilings, the floor ───────────────────────────────────────────────


def of_change() -> Iterable[Plant]:
    """Plants for parity, the ceilings and the floor."""
    yield planted("a lost owner", Gate.PARITY, inputs=lambda s: reauthor(s, MODULES[8], owner=None), fields=("owner",))
    yield planted(
        "an owner that nobody wrote",
        Gate.PARITY,
        outputs=lambda s: s.ledger(MODULES[8], _other_owner),
        fields=("owner",),
    )
    yield planted(
        "a tier that nobody wrote", Gate.PARITY, outputs=lambda s: s.ledger(MODULES[8], _other_tier), fields=("tier",)
    )
    yield planted(
        "a changed contract", Gate.PARITY, outputs=lambda s: s.ledger(CRITICAL, _other_contract), fields=("contracts",)
    )
    yield planted(
        "a field path that no longer exists", Gate.PARITY, inputs=_publish_without_values, outputs=_find_no_values
    )
    yield planted(
        "a ceiling for the run one too low",
        Gate.CEILING_RUN,
        inputs=lambda s: _lower(s, "max_promotions_run"),
        rebuild=False,
    )
    yield planted(
        "a ceiling for a star one too low",
        Gate.CEILING_STAR,
        inputs=lambda s: _lower(s, "max_promotions_per_star"),
        rebuild=False,
    )
    yield planted(
        "a ceiling for a module one too low",
        Gate.CEILING_MODULE,
        inputs=lambda s: _lower(s, "max_stars_per_module"),
        rebuild=False,
    )
    yield planted("a star more than the limit", Gate.CEILING_MODULE, outputs=lambda s: s.ledger(BRIGHT, _third_star))
    yield planted("a promotion more than the limit", Gate.CEILING_RUN, outputs=_inferred)
    yield planted("a swapped star", Gate.CEILING_STAR, outputs=_swapped)
    yield planted("a floor one step too high", Gate.SUPPORTING_FLOOR, inputs=_raise_floor, rebuild=False)
    yield planted(
        "a module fewer that is Supporting", Gate.SUPPORTING_FLOOR, outputs=lambda s: s.ledger(MODULES[8], _decided)
    )


def _other_owner(line: Any) -> None:
    line["owner"] = "@nobody-said"


def _other_tier(line: Any) -> None:
    line["tier"] = "T2_important"


def _other_contract(line: Any) -> None:
    line["contracts"] = [OTHER_CONTRACT]


def _publish_without_values(scratch: Scratch) -> None:
    """Publish what is built as if no owner, tier or contract had been found in it."""
    with scratch.open() as session:
        session.lock()
        generations = session.generations
        current = generations.current()
        assert current is not None
        entries = staged_entries(session)
        sealed = generations.seal(
            parent=current.number,
            kind=GenerationKind.FULL,
            created=current.created,
            by=current.by,
            reason="self-test",
            entries=[replace(entry, owner=None, tier=None, contracts=()) for entry in entries.values()],
            manifests=((module, scratch.read(scratch.manifest(module))) for module in entries),
            attachments={KNOWN.rpartition("/")[2]: scratch.read(KNOWN)},
        )
        generations.switch(sealed.number)


def _find_no_values(scratch: Scratch) -> None:
    """And find none in what is built either, though authored files say them."""
    for module in MODULES:
        scratch.ledger(module, lambda line: line.update(owner=None, tier=None, contracts=[]))


def _lower(scratch: Scratch, limit: str) -> None:
    set_limits(scratch, **{limit: limits_of(scratch)[limit] - 1})


def _raise_floor(scratch: Scratch) -> None:
    set_limits(scratch, min_supporting_percentage=round(limits_of(scratch)["min_supporting_percentage"] + 0.001, 3))


def _third_star(line: Any) -> None:
    line["assignment"]["stars"].append("Supporting")


def _inferred(scratch: Scratch) -> None:
    """Give a module that a person placed a new star by inference, as a wrong merge of two lines would."""
    star = free_stars(scratch)[2]
    scratch.ledger(BRIGHT, lambda line: line["assignment"].update(stars=[star], origin="inferred"))


def _swapped(scratch: Scratch) -> None:
    """Swap the star of one promoted module for that of the others."""
    star = free_stars(scratch)[0]
    scratch.ledger(FORCED[2], lambda line: line["assignment"].update(stars=[star]))


def _decided(line: Any) -> None:
    line["assignment"] |= {"stars": ["Supporting", "Supporting"], "origin": "authored"}


# ── what is published ─────────────────────────────────────────────────────────


def of_publication() -> Iterable[Plant]:
    """Plants for drift, the way back and the ratchet."""
    published = f"{PUBLISHED}/{PLAIN_MODULE}/module.manifest.json"
    yield planted("a hand-edited published file", Gate.DRIFT, outputs=lambda s: s.append(published, b" "))
    yield planted("a published file that is gone", Gate.DRIFT, outputs=lambda s: s.remove(published))
    yield planted("a file among the published that nobody published", Gate.DRIFT, outputs=_stranger)
    yield planted("the published folder gone", Gate.DRIFT, outputs=lambda s: s.remove(PUBLISHED))
    yield planted("no generation to go back to", Gate.ROLLBACK, outputs=lambda s: s.remove(_parent(s)))
    yield planted(
        "a truncated archive to go back to", Gate.ROLLBACK, outputs=lambda s: s.truncate(f"{_parent(s)}/manifests.zip")
    )
    yield planted(
        "entries to go back to that were edited",
        Gate.ROLLBACK,
        outputs=lambda s: s.append(f"{_parent(s)}/entries.jsonl", b"\n"),
    )
    yield planted("metadata to go back to that was edited", Gate.ROLLBACK, outputs=_rename_publisher)
    yield planted("a known violation that was mended", Gate.RATCHET, inputs=lambda s: _know(s, "AG401", MODULES[8]))
    yield planted("a known violation more than published", Gate.RATCHET, inputs=lambda s: _know(s, "AG213", UNOWNED[1]))
    yield planted("known violations that cannot be read", Gate.RATCHET, inputs=lambda s: s.append(KNOWN, b"more: 1\n"))


def _stranger(scratch: Scratch) -> None:
    scratch.write(f"{PUBLISHED}/st_one/unit_x/module.manifest.json", "{}\n")


def _parent(scratch: Scratch) -> str:
    """The folder of the generation to go back to."""
    with scratch.open() as session:
        number = session.gates.values.back
        assert number is not None
        return session.layout.generation(number)


def _rename_publisher(scratch: Scratch) -> None:
    def rename(document: Any) -> None:
        document["by"] = "somebody else"

    scratch.edit(f"{_parent(scratch)}/generation.json", rename)


def _know(scratch: Scratch, code: str, module: ModuleId) -> None:
    entries = read_known(scratch.read(KNOWN), path=KNOWN)
    scratch.write(KNOWN, write_known([*entries, KnownViolation(code, module, "self-test")]))


# ── the plan and the word on it ───────────────────────────────────────────────


def of_the_plan() -> Iterable[Plant]:
    """Plants for the plan and the word on it."""
    plan, approval = f"{BUILD}/plan.json", f"{BUILD}/approval.json"
    yield planted("an approval for another plan", Gate.CANARY, inputs=_approval_of_another_plan, approved=True)
    yield planted("an approval that is gone", Gate.CANARY, inputs=lambda s: s.remove(approval), approved=True)
    yield planted(
        "an approval in another name",
        Gate.CANARY,
        inputs=lambda s: s.write(approval, _changed(s, approval, by="somebody else")),
        approved=True,
    )
    yield planted(
        "an approval that has run out", Gate.CANARY, inputs=lambda s: s.plan_and_approve(age_hours=73), approved=True
    )
    yield planted(
        "an approval that anybody can write",
        Gate.CANARY,
        inputs=lambda s: os.chmod(f"{s.root}/{approval}", 0o666),  # noqa: S103 - that is the corruption
        approved=True,
    )
    yield planted(
        "an approval of another clone",
        Gate.CANARY,
        inputs=lambda s: s.remove(f"{BUILD}/generations/{MARKER}"),
        approved=True,
    )
    yield planted(
        "an approval for another generation",
        Gate.CANARY,
        inputs=lambda s: _forge(s, approval, generation=99),
        approved=True,
    )
    yield planted(
        "an approval by nobody", Gate.CANARY, inputs=lambda s: _forge(s, approval, by="unknown"), approved=True
    )
    yield planted("a plan that was edited", Gate.CANARY, inputs=lambda s: s.append(plan, b"\n"), approved=True)
    yield planted("source edited after the approval", Gate.CANARY, inputs=_edit_source, approved=True)
    yield planted("rules pinned after the approval", Gate.CANARY, inputs=_repin, approved=True)


def _approval_of_another_plan(scratch: Scratch) -> None:
    """Have a plan approved, then make another one, and keep the approval."""
    _edit_source(scratch)
    scratch.plan_and_approve()
    approval = scratch.read(f"{BUILD}/approval.json")
    _edit_source(scratch)
    scratch.plan_and_approve()
    scratch.write(f"{BUILD}/approval.json", approval)


def _changed(scratch: Scratch, path: str, **changes: object) -> bytes:
    return encode({**json.loads(scratch.read(path)), **changes})


def _forge(scratch: Scratch, path: str, **changes: object) -> None:
    """Change an approval and put it into the log, as whoever may write to the build folder could."""
    data = _changed(scratch, path, **changes)
    scratch.write(path, data)
    document = json.loads(data)
    with scratch.open() as session:
        session.generations.log_approval(
            digest=sha256(data), plan=document["plan"], by=document["by"], at=document["at"]
        )


def _edit_source(scratch: Scratch) -> None:
    scratch.append(f"src/{PLAIN_MODULE}/__init__.py", b"\n# changed\n")


def _repin(scratch: Scratch) -> None:
    scratch.append(CANON, b"\n")
    scratch.append(SCHEMA, b"\n")
    scratch.pin()


# ── audit ─────────────────────────────────────────────────────────────────────


def of_audit() -> Iterable[Plant]:
    """Plants for the artifacts."""
    coverage, promotions = f"{BUILD}/audit/coverage.json", f"{BUILD}/audit/promotions.csv"
    yield planted("a missing artifact", Gate.AUDIT, artifacts=lambda s: s.remove(coverage))
    yield planted("a truncated artifact", Gate.AUDIT, artifacts=lambda s: s.truncate(coverage))
    yield planted("an artifact with another total", Gate.AUDIT, artifacts=lambda s: s.edit(coverage, _one_more))
    yield planted(
        "an artifact that lost a row", Gate.AUDIT, artifacts=lambda s: s.write(promotions, _but_last_row(s, promotions))
    )


def _one_more(document: Any) -> None:
    document["totals"]["covered"] += 1


def _but_last_row(scratch: Scratch, path: str) -> bytes:
    return b"".join(scratch.read(path).splitlines(keepends=True)[:-1])
