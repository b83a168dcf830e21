"""Findings and verdicts as text for people (SPEC section 9). Values in, text out; nothing here prints."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from astrograph.errors import UsageError
from astrograph.formats.text import did_you_mean, plural, safe
from astrograph.model.codes import CODES, FAMILIES, CodeEntry
from astrograph.model.finding import Finding, Severity, worst_first
from astrograph.model.gate import GateResult, KnownFinding, Verdict

SHOWN_PER_GATE = 20
"""How many findings of one gate the table for people lists before it counts the rest."""

_WIDTH = 88

_ACTIONS = frozenset({"AG601", "AG602", "AG604"})
"""Not approved, not approved any more, and planned before something changed: a person has to act (exit code 4)."""

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
    place = f"{_paint(safe(finding.place), _BOLD, colour=colour)}: " if finding.path else ""
    severity = _paint(finding.severity.value, _SEVERITY_STYLES[finding.severity], colour=colour)
    text = f"{place}{severity} {safe(finding.code)} {safe(finding.message)}"
    if finding.fix:
        text += f"\n  {_paint('fix:', _GREEN, colour=colour)} {safe(finding.fix)}"
    return text


def render_known(item: KnownFinding, *, colour: bool = False) -> str:
    """Write a finding that the ratchet knows, and why it does: the word `known` stands where its severity would."""
    place = f"{_paint(safe(item.finding.place), _BOLD, colour=colour)}: " if item.finding.path else ""
    text = f"{place}{_paint('known', _DIM, colour=colour)} {safe(item.finding.code)} {safe(item.finding.message)}"
    return f"{text}\n  {_paint('known:', _DIM, colour=colour)} {safe(item.reason)}"


def render_github(results: Sequence[GateResult]) -> str:
    """Write every finding as a workflow command of GitHub, which shows it at its line in a pull request.

    Known findings are notices. The outcome follows as a plain line. Ends with a newline.
    """
    lines = []
    for result in results:
        lines += [_command(item.severity.value, item, result.gate) for item in result.findings]
        lines += [_command("notice", item.finding, f"{result.gate}, known: {item.reason}") for item in result.known]
        if result.verdict is Verdict.FAIL and not result.findings:
            lines.append(f"::error title={_property(result.gate)}::{_data(result.reason or 'the gate fails')}")
    return "\n".join([*lines, _outcome(results)]) + "\n"


def _command(level: str, finding: Finding, gate: str) -> str:
    properties = {
        "file": finding.path,
        "line": str(finding.line or ""),
        "col": str(finding.column or ""),
        "title": f"{finding.code} ({gate})",
    }
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    message = f"{finding.message}\nfix: {finding.fix}" if finding.fix else finding.message
    return f"::{level} {told}::{_data(message)}"


def _data(text: str) -> str:
    """Escape the message of a workflow command; what is unfit for a terminal is an escape, as anywhere."""
    lines = [safe(line) for line in text.split("\n")]
    return "%0A".join(line.replace("%", "%25") for line in lines)


def _property(text: str) -> str:
    return safe(text.replace("%", "%25").replace(":", "%3A").replace(",", "%2C"))


def render_gates(results: Sequence[GateResult], *, colour: bool = False) -> str:
    """Write the table of verdicts, the findings of each gate and the outcome in words.

    Gates stand in the order given. Findings follow grouped by gate, failing gates first, errors before warnings and
    known ones last, at most `SHOWN_PER_GATE` each. Ends with a newline.
    """
    blocks = [_table(results, colour=colour)] if results else []
    told = [result for result in _failing_first(results) if result.findings or result.known]
    blocks += [_group(result, colour=colour) for result in told]
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
        details = "; ".join(text for text in (_counted(result), _reason(result)) if text)
        lines.append(f"{verdict}  {name:<{name_width}}  {count:>{count_width}}  {details}".rstrip())
    return "\n".join(lines)


def _counted(result: GateResult) -> str:
    counts = (str(_tally(result.findings)), f"{len(result.known):,} known" if result.known else "")
    return ", ".join(text for text in counts if text)


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


def _failing_first(results: Sequence[GateResult]) -> list[GateResult]:
    return sorted(results, key=lambda result: result.verdict is not Verdict.FAIL)


def _group(result: GateResult, *, colour: bool) -> str:
    ordered = worst_first(result.findings)
    lines = [_paint(safe(result.gate), _BOLD, colour=colour)]
    texts = [render(finding, colour=colour) for finding in ordered[:SHOWN_PER_GATE]]
    texts += [render_known(item, colour=colour) for item in result.known[: SHOWN_PER_GATE - len(texts)]]
    lines += [textwrap.indent(text, "  ") for text in texts]
    hidden = len(ordered) + len(result.known) - len(texts)
    if hidden > 0:
        lines.append(f"  … and {hidden:,} more (doit validate --json shows all)")
    return "\n".join(lines)


def _outcome(results: Sequence[GateResult]) -> str:
    if not results:
        return "No gate has run, so nothing is known to be right."
    failed = [safe(result.gate) for result in results if result.verdict is Verdict.FAIL]
    tally = _tally([finding for result in results for finding in result.findings])
    if needs_a_person(results):
        return "Nothing is broken; a person has to decide before anything is published: see the fix above."
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


def needs_a_person(results: Sequence[GateResult]) -> bool:
    """Whether all that keeps these gates from passing is a word that nobody has given yet."""
    failed = [result for result in results if result.verdict is Verdict.FAIL]
    codes = {item.code for result in failed for item in result.findings if item.severity is Severity.ERROR}
    whole = all(result.compared >= result.expected > 0 for result in failed)
    return bool(codes) and whole and codes <= _ACTIONS


def _all(judged: int) -> str:
    return "The one gate passes" if judged == 1 else f"All {judged} gates pass"
