"""The gate over the ratchet itself: every entry still matches something, and none has been added (SPEC section 11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from astrograph.formats.text import plural
from astrograph.gates.registry import Gate
from astrograph.model.codes import finding
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult, KnownViolation, judge, not_applicable

_SHOWN = 1_000
"""So many entries of a kind become findings of their own; one sums up the rest."""


def ratchet_gate(
    entries: Sequence[KnownViolation] | None,
    results: Iterable[GateResult],
    *,
    allowed: Iterable[tuple[str, str]] | None,
    path: str,
    problems: Sequence[Finding] = (),
) -> GateResult:
    """Judge whether the list of known violations has only shrunk, and holds nothing that has been mended.

    `entries` is None when there is no such file. `results` are those of all other gates, with the findings they know.
    `allowed` are the (code, module) pairs of the list as it was published, None when nothing was published with one to
    compare with. `problems` say why the file cannot be used; every gate has then judged without it.
    """
    if problems:
        return judge(Gate.RATCHET.value, compared=0, expected=1, findings=tuple(problems))
    if entries is None:
        return not_applicable(Gate.RATCHET.value, "there are no known violations")
    if not entries:
        return not_applicable(Gate.RATCHET.value, "every known violation has been mended")
    judged = list(results)
    used = _used(judged)
    # What was not looked at cannot be told from what was mended.
    blind = [result.gate for result in judged if result.compared < result.expected]
    pairs = None if allowed is None else set(allowed)
    stale = [] if blind else [entry for entry in entries if (entry.code, entry.module) not in used]
    grown = [] if pairs is None else [entry for entry in entries if (entry.code, entry.module) not in pairs]
    findings = [
        *_listed("AG412", "matches nothing any more", "remove the entry", stale, path=path),
        *_listed("AG413", "was not known when this was last published", "mend the violation", grown, path=path),
    ]
    result = judge(
        Gate.RATCHET.value,
        compared=len(entries),
        expected=len(entries),
        findings=tuple(findings),
        notes=(
            ("entries", len(entries)),
            ("findings", sum(used.values())),
            ("published", None if pairs is None else len(pairs)),
        ),
    )
    known = plural(sum(used.values()), "finding")
    unsure = f"; {', '.join(blind)} could not tell which are mended" if blind else ""
    return replace(result, reason=f"{known} known by {plural(len(entries), 'entry')}{unsure}")


def _used(results: Iterable[GateResult]) -> Mapping[tuple[str, str], int]:
    """How many findings each (code, module) of the ratchet accounts for."""
    used: dict[tuple[str, str], int] = {}
    for result in results:
        for item in result.known:
            pair = (item.finding.code, item.finding.module)
            used[pair] = used.get(pair, 0) + 1
    return used


def _listed(code: str, what: str, fix: str, entries: Sequence[KnownViolation], *, path: str) -> list[Finding]:
    # Without the module as a field of the finding: what is wrong with the list is wrong with the list.
    found = [
        finding(code, f"{entry.code} of {entry.module} {what}", path=path, line=entry.line, fix=fix)
        for entry in entries[:_SHOWN]
    ]
    if len(entries) > _SHOWN:
        found.append(finding(code, f"and {len(entries) - _SHOWN:,} more entries", path=path, fix=fix))
    return found
