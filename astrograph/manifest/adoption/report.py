"""The report of an adoption: one line a document, the sums, and what differs; as JSON and for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from astrograph.formats.text import plural, safe
from astrograph.manifest.adoption.accounting import Account
from astrograph.model.adoption import Fate, Standing
from astrograph.model.finding import Finding

SCHEMA = "astrograph.adopt/1"

_WORDS = {
    Standing.ADOPTED: "adopted",
    Standing.MISSING: "without a package",
    Standing.COPY: "copies of another",
    Standing.TWIN: "second documents of a module",
    Standing.EXCLUDED: "in excluded folders",
    Standing.LEGACY: "below a legacy prefix",
    Standing.UNREADABLE: "that cannot be read",
    Standing.UNKNOWN: "of no known shape",
    Standing.BLOCKED: "whose authored file cannot take them",
}


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """One old document: where, of which shape and module, what became of it, and its account.

    `readable` is False when nothing in it could be read, so that there was nothing to count.
    """

    path: str
    module: str
    shape: str
    standing: Standing
    note: str
    authored: str
    readable: bool
    account: Account


def report_document(
    documents: Sequence[DocumentReport],
    findings: Sequence[Finding],
    *,
    source: str,
    skipped: Sequence[str],
    generation: str,
) -> dict[str, object]:
    """The whole report as a JSON object; `generation` says what became of the old tree as generation 0."""
    return {
        "schema": SCHEMA,
        "from": source,
        "totals": totals(documents),
        "generation": generation,
        "skipped_folders": list(skipped),
        "documents": [_document(document) for document in documents],
        "findings": [found.to_json() for found in findings],
    }


def totals(documents: Sequence[DocumentReport]) -> dict[str, object]:
    """The sums over all documents; `accounted` is the sum of the four fates, and equals `pointers`."""
    counts = {fate: sum(document.account.counts[fate] for document in documents) for fate in Fate}
    standings = Counter(document.standing for document in documents)
    return {
        "documents": len(documents),
        "by_standing": {standing.value: standings[standing] for standing in Standing},
        "by_shape": dict(sorted(Counter(each.shape for each in documents if each.shape).items())),
        "pointers": sum(document.account.read for document in documents),
        "accounted": sum(counts.values()),
        "differences": sum(len(document.account.differences) for document in documents),
        **{fate.value: count for fate, count in counts.items()},
    }


def _document(document: DocumentReport) -> dict[str, object]:
    account = document.account
    return {
        "path": document.path,
        "module": document.module,
        "shape": document.shape,
        "standing": document.standing.value,
        "note": document.note,
        "authored": document.authored,
        "pointers": account.read,
        **{fate.value: account.counts[fate] for fate in Fate},
        "places": {
            fate.value: [_printable(place) for place in account.pointers[fate]]
            for fate in Fate
            if fate is not Fate.NOT_CARRIED
        },
        "lost": [{"pointer": _printable(place), "reason": reason} for place, reason in account.reasons.items()],
        "differences": [
            {"pointer": _printable(each.pointer), "old": _printable(each.old), "new": _printable(each.new)}
            for each in account.differences
        ],
    }


def _printable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def report_text(documents: Sequence[DocumentReport], *, source: str, all_in: str, shown: int = 20) -> str:
    """The report for people: the sums, and a line for each document that was not adopted as a whole.

    `all_in` is where the lines stand for which there is no room.
    """
    sums = totals(documents)
    standings = Counter(document.standing for document in documents)
    lines = [f"{plural(len(documents), 'document')} below {safe(source) or '.'}"]
    lines += [f"  {standings[each]:>9,}  {_WORDS[each]}" for each in Standing if standings[each]]
    shapes = ", ".join(f"{safe(name)} {count:,}" for name, count in sums["by_shape"].items())  # type: ignore[attr-defined]
    if shapes:
        lines.append(f"  shapes: {shapes}")
    lines += [
        "",
        f"{sums['pointers']:,} values, every one accounted for:"
        if sums["pointers"] == sums["accounted"]
        else f"{sums['pointers']:,} values, {sums['accounted']:,} accounted for: this is a defect, please report it",
    ]
    words = {
        Fate.EQUAL: "equal in the new manifests",
        Fate.GENERATED: f"generated anew, {sums['differences']:,} of them with another value",
        Fate.CARRIED: "carried beside the facts",
        Fate.NOT_CARRIED: "not carried",
    }
    lines += [f"  {sums[fate.value]:>9,}  {words[fate]}" for fate in Fate]
    told = [line for document in documents for line in _lines(document)]
    if told:
        lines += ["", *told[:shown]]
    if len(told) > shown:
        lines.append(f"… and {len(told) - shown:,} more lines; {safe(all_in)} has all of them")
    return "\n".join(lines) + "\n"


def _lines(document: DocumentReport) -> list[str]:
    if document.standing is not Standing.ADOPTED:
        return [f"{safe(document.path)}: {document.standing.value}: {safe(document.note)}"]
    return [
        f"{safe(document.path)}: not carried {safe(place)}: {safe(reason)}"
        for place, reason in document.account.reasons.items()
    ]
