"""What publishing, rolling back and the list of generations print."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from astrograph.formats.text import plural, safe, safe_json

if TYPE_CHECKING:
    from astrograph.engine.publishing.publishing import Proposal
    from astrograph.model.generation import Generation
    from astrograph.store.switching import Switch

_SHOWN = 5
_SHORT = 12


def as_json(document: Mapping[str, object]) -> str:
    """One JSON object, fit for a terminal."""
    return safe_json(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)) + "\n"


def proposal_text(proposal: Proposal, *, publish_to: str) -> str:
    """What is about to be published, for the person who is asked."""
    approval = proposal.approved.approval
    what = "the canary alone" if proposal.canary_only else "everything staged"
    lines = [
        f"generation {proposal.number}, over {proposal.parent}: {what}",
        f"  modules    {len(proposal.entries):,} in {safe(publish_to)}",
        f"  changes    {_counts(proposal.added, proposal.changed, proposal.removed)}",
        f"  promoted   {proposal.promotions:,}",
        f"  plan       {proposal.approved.digest[:_SHORT]}",
        f"  approved   by {safe(approval.by)}, until {approval.expires}",
    ]
    if approval.reason:
        lines.append(f"             {safe(approval.reason)}")
    return "\n".join(lines) + "\n"


def proposal_document(proposal: Proposal) -> dict[str, object]:
    """The same as a JSON value."""
    return {
        "number": proposal.number,
        "parent": proposal.parent,
        "canary_only": proposal.canary_only,
        "modules": len(proposal.entries),
        "added": proposal.added,
        "changed": proposal.changed,
        "removed": proposal.removed,
        "promotions": proposal.promotions,
        "plan": proposal.approved.digest,
        "approval": proposal.approved.approval_digest,
    }


def switch_text(switch: Switch, *, what: str, publish_to: str) -> str:
    """What a publication or a rollback did, and what it found edited by hand."""
    after = switch.after
    held = f"{plural(after.modules, 'module')} in {safe(publish_to)}"
    lines = [f"{what}: {_counts(switch.added, switch.changed, switch.removed)}; {held}"]
    lines += [f"{item.kind:<9}{safe(item.path)}" for item in switch.edited[:_SHOWN]]
    if len(switch.edited) > _SHOWN:
        lines.append(f"         and {len(switch.edited) - _SHOWN:,} more")
    if switch.edited and switch.before is None:
        lines.append("Which of the files there were published is not known any more.")
    elif switch.edited:
        lines.append(f"That is how {plural(len(switch.edited), 'file')} had been changed there by hand.")
    if switch.kept_in:
        lines.append(f"What was changed or added is kept in {safe(switch.kept_in)}")
    return "\n".join(lines) + "\n"


def switch_document(switch: Switch) -> dict[str, object]:
    """The same as a JSON value."""
    return {
        "from": None if switch.before is None else switch.before.number,
        "to": switch.after.number,
        "tree": switch.after.tree,
        "modules": switch.after.modules,
        "added": switch.added,
        "changed": switch.changed,
        "removed": switch.removed,
        "edited": [{"path": item.path, "kind": item.kind.value} for item in switch.edited],
        "kept_in": switch.kept_in,
        "one_step": switch.one_step,
    }


@dataclass(frozen=True, slots=True)
class Row:
    """One generation as it is listed; `generation` is None when its metadata cannot be read, or it is `missing`."""

    number: int
    generation: Generation | None
    marks: tuple[str, ...]
    problems: list[str]
    missing: bool = False

    def to_json(self, *, verified: bool) -> dict[str, object]:
        """The row as a JSON value; `intact` is null where nobody looked."""
        known = self.generation
        document: dict[str, object] = {
            "number": self.number,
            "current": "current" in self.marks,
            "known_good": "known-good" in self.marks,
            "missing": self.missing,
            "intact": not self.problems if verified or self.problems else None,
            "problems": self.problems,
        }
        if known is not None:
            document |= {
                "parent": known.parent,
                "kind": known.kind.value,
                "created": known.created,
                "by": known.by,
                "reason": known.reason,
                "modules": known.modules,
                "added": known.added,
                "changed": known.changed,
                "removed": known.removed,
                "plan": known.plan,
                "tree": known.tree,
                "digest": known.digest,
            }
        return document


def generations_text(rows: Sequence[Row], *, verified: bool) -> str:
    """The generations as a table, newest first."""
    if not rows:
        return "nothing was published yet\n"
    header = ("number", "parent", "kind", "published", "by", "modules", "changes", "")
    table = [header, *(_cells(row, verified=verified) for row in reversed(rows))]
    widths = [max(len(cells[at]) for cells in table) for at in range(len(header))]
    right = {0, 1, 5}
    lines = [
        "  ".join(
            cell.rjust(width) if at in right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
        for cells in table
    ]
    for row in rows:
        lines += [f"generation {row.number}: {safe(problem)}" for problem in row.problems]
    return "\n".join(lines) + "\n"


def _cells(row: Row, *, verified: bool) -> tuple[str, ...]:
    known = row.generation
    marks = [*row.marks]
    if row.missing:
        marks.append("MISSING")
    elif row.problems:
        marks.append("DAMAGED")
    elif verified:
        marks.append("intact")
    if known is None:
        return str(row.number), "", "", "", "", "", "", ", ".join(marks)
    return (
        str(row.number),
        "" if known.parent is None else str(known.parent),
        known.kind.value,
        _minute(known.created),
        safe(known.by),
        f"{known.modules:,}",
        f"+{known.added:,} ~{known.changed:,} -{known.removed:,}",
        ", ".join(marks),
    )


def _minute(created: str) -> str:
    """A time to the minute: `2026-11-22 07:10` (UTC)."""
    return safe(created[:16].replace("T", " "))


def _counts(added: int, changed: int, removed: int) -> str:
    return f"{added:,} added, {changed:,} changed, {removed:,} removed"
