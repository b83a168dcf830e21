"""Findings and verdicts as text for people (SPEC section 9). Values in, text out; nothing here prints."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from astrograph.errors import UsageError
from astrograph.formats.text import did_you_mean, plural, safe
from astrograph.model.codes import CODES, FAMILIES, CodeEntry
from astrograph.model.finding import Finding, Severity
from astrograph.model.gate import GateResult, Verdict

SHOWN_PER_GATE = 20
"""How many findings of one gate the table for people lists before it counts the rest."""

_WIDTH = 88

_BOLD, _DIM, _RED, _GREEN, _YELLOW = "1", "2", "31", "32", "33"
_VERDICT_STYLES = {
    Verdict.PASS: _GREEN,
    Verdict.WARN: _YELLOW,
    Verdict.FAIL: _RED,
    Verdict.NOT_APPLICABLE: _DIM,
}
_SEVERITY_STYLES = {Severity.ERROR: _RED, Severity.WARNING: _YELLOW}


def render(finding: Finding, *, colour: bool = False) -> str:
    """Write one finding as `path:line:col: error AG204 message`, and an indented `fix:` line if it has one.

    Line and column are left out when they are 0. All text is escaped for a terminal; there is no final
    newline.
    """
    place = f"{_paint(_place(finding), _BOLD, colour=colour)}: " if finding.path else ""
    severity = _paint(finding.severity.value, _SEVERITY_STYLES[finding.severity], colour=colour)
    text = f"{place}{severity} {safe(finding.code)} {safe(finding.message)}"
    if finding.fix:
        text += f"\n  {_paint('fix:', _GREEN, colour=colour)} {safe(finding.fix)}"
    return text


def render_gates(results: Sequence[GateResult], *, colour: bool = False) -> str:
    """Write the table of verdicts, the findings of each gate and the outcome in words.

    Gates stand in the order given. Findings follow grouped by gate, failing gates first and errors before
    warnings, at most `SHOWN_PER_GATE` each. Ends with a newline.
    """
    blocks = [_table(results, colour=colour)] if results else []
    blocks += [_group(result, colour=colour) for result in _worst_first(results) if result.findings]
    blocks.append(_outcome(results))
    return "\n\n".join(blocks) + "\n"


def explain(code: str) -> str:
    """Write what a code means and the way out, for `doit explain AG204`; case does not matter.

    Raises UsageError for an unknown code, with the nearest codes and the families.
    """
    entry = CODES.get(code.strip().upper())
    if entry is None:
        raise _unknown_code(code)
    return "\n".join(
        [
            f"{entry.code}  {entry.severity.value}  {entry.title}",
            "",
            "What it means",
            _wrapped(entry.meaning),
            "",
            "The way out",
            _wrapped(entry.fix),
            "",
            _effect(entry),
            f"Family {entry.family}: {FAMILIES[entry.family]}",
            "",
        ]
    )


def _effect(entry: CodeEntry) -> str:
    match entry.severity:
        case Severity.ERROR:
            return "An error fails its gate, and nothing is published while a gate fails."
        case Severity.WARNING:
            return "A warning is shown and counted, and fails no gate."


def _unknown_code(code: str) -> UsageError:
    near = did_you_mean(code.strip().upper(), list(CODES))
    families = ", ".join(f"{family} {subject}" for family, subject in FAMILIES.items())
    suggestion = (("did you mean", ", ".join(near)),) if near else ()
    return UsageError(
        f"there is no code {safe(code)!r}",
        fields=(*suggestion, ("families", families)),
        hint="`doit explain AG204` shows one code; docs/codes/README.md lists all of them",
    )


def _wrapped(text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _place(finding: Finding) -> str:
    place = safe(finding.path)
    if finding.line:
        place += f":{finding.line}"
        if finding.column:
            place += f":{finding.column}"
    return place


def _paint(text: str, style: str, *, colour: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if colour else text


@dataclass(frozen=True, slots=True)
class _Tally:
    errors: int
    warnings: int

    def __str__(self) -> str:
        counts = ((self.errors, "error"), (self.warnings, "warning"))
        return ", ".join(plural(number, word) for number, word in counts if number)


def _tally(findings: Sequence[Finding]) -> _Tally:
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    return _Tally(errors, len(findings) - errors)


def _table(results: Sequence[GateResult], *, colour: bool) -> str:
    names = [safe(result.gate) for result in results]
    counts = [_compared(result) for result in results]
    name_width = max(map(len, names))
    count_width = max(map(len, counts))
    lines = []
    for result, name, count in zip(results, names, counts, strict=True):
        verdict = _paint(f"{result.verdict.value:<4}", _VERDICT_STYLES[result.verdict], colour=colour)
        details = "; ".join(text for text in (str(_tally(result.findings)), _reason(result)) if text)
        lines.append(f"{verdict}  {name:<{name_width}}  {count:>{count_width}}  {details}".rstrip())
    return "\n".join(lines)


def _compared(result: GateResult) -> str:
    if result.verdict is Verdict.NOT_APPLICABLE:
        return "-"
    return f"{result.compared:,} of {result.expected:,}"


def _reason(result: GateResult) -> str:
    if result.reason != f"compared {result.compared} of {result.expected}":
        return safe(result.reason)
    # The column beside it has these numbers; say what they mean.
    if not result.expected:
        return "there was nothing to compare"
    if not result.compared:
        return "nothing could be compared"
    return f"{result.expected - result.compared:,} could not be compared"


def _worst_first(results: Sequence[GateResult]) -> list[GateResult]:
    return sorted(results, key=lambda result: result.verdict is not Verdict.FAIL)


def _group(result: GateResult, *, colour: bool) -> str:
    ordered = sorted(result.findings, key=lambda finding: (finding.severity is not Severity.ERROR, finding))
    lines = [_paint(safe(result.gate), _BOLD, colour=colour)]
    lines += [textwrap.indent(render(finding, colour=colour), "  ") for finding in ordered[:SHOWN_PER_GATE]]
    hidden = len(ordered) - SHOWN_PER_GATE
    if hidden > 0:
        lines.append(f"  … and {hidden:,} more (doit validate --json shows all)")
    return "\n".join(lines)


def _outcome(results: Sequence[GateResult]) -> str:
    if not results:
        return "No gate has run, so nothing is known to be right."
    failed = [safe(result.gate) for result in results if result.verdict is Verdict.FAIL]
    tally = _tally([finding for result in results for finding in result.findings])
    if failed:
        counted = f" In all: {tally}." if str(tally) else ""
        verb = "fails" if len(failed) == 1 else "fail"
        return (
            f"{len(failed)} of {plural(len(results), 'gate')} {verb}: {', '.join(failed)}.{counted}\n"
            "Mend what is listed above, then run `doit validate` again; `doit explain CODE` tells more."
        )
    judged = [result for result in results if result.verdict is not Verdict.NOT_APPLICABLE]
    idle = len(results) - len(judged)
    aside = f" ({idle} not applicable yet)" if idle else ""
    if not judged:
        return f"No gate applies yet{aside}."
    warned = f" with {tally}" if str(tally) else ""
    return f"{_all(len(judged))}{warned}{aside}."


def _all(judged: int) -> str:
    return "The one gate passes" if judged == 1 else f"All {judged} gates pass"
