"""How `doit info MODULE` looks, as text and as JSON (SPEC section 14). Values in, text out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from astrograph.engine.info import ModuleInfo
from astrograph.formats.text import plural, safe
from astrograph.model.assignment import Assignment, Evidence, Origin, Score
from astrograph.model.dependencies import Edge
from astrograph.model.facts import Authored, Position
from astrograph.model.ledger import LedgerLine
from astrograph.model.rules import Rule, Signal

_SHOWN = 3
_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"

_KIND_WORD = {
    Signal.PATH: "path",
    Signal.CAPABILITY: "capability",
    Signal.NODE: "node",
    Signal.OWNER: "owner",
    Signal.DEPENDENCY: "dependency",
}

_STEP_WORD = {
    Signal.PATH: "a path that matches",
    Signal.CAPABILITY: "capability",
    Signal.NODE: "node",
    Signal.OWNER: "an owner that matches",
    Signal.DEPENDENCY: "an import that matches",
}


def as_text(info: ModuleInfo, *, authored_folder: str, colour: bool) -> str:
    """The whole answer for people."""
    bold, dim, reset = (_BOLD, _DIM, _RESET) if colour else ("", "", "")
    files = plural(len(info.package.files), "file")
    tier = safe(str(info.authored.value("tier"))) if info.authored and info.authored.value("tier") else "no tier"
    state = "up to date" if info.staleness is None else safe(info.staleness.detail)
    lines = [f"{bold}{safe(info.module)}{reset}   {dim}{files} · {tier} · {state}{reset}", ""]
    lines += [f"  {name:<12} {text}" for name, text in _rows(info, authored_folder)]
    if info.line is not None:
        lines += ["", *_why(info, info.line)]
        if info.line.findings:
            lines += ["", f"Findings     {len(info.line.findings)}"]
            lines += [
                f"  {_place(Position(item.path, item.line))}  {item.code} {safe(item.message)}"
                for item in info.line.findings
            ]
    lines += ["", f"Rebuild      {'nothing to do' if info.staleness is None else safe(info.staleness.detail)}"]
    if info.policy_problem:
        lines.append(f"Policy       {safe(info.policy_problem)}")
    return "\n".join(lines)


def _rows(info: ModuleInfo, authored_folder: str) -> Iterator[tuple[str, str]]:
    nobody = f"nobody said; write it in {authored_folder}/{info.module}.yaml"
    for name in ("owner", "tier"):
        yield name, _authored(info, name) or f"{'-':<16} {nobody}"
    for name in ("lane", "node", "description"):
        said = _authored(info, name)
        if said:
            yield name, said
    if info.line is None:
        return
    yield "star", _star(info.line.assignment)
    if info.line.assignment.suggestion is not None:
        yield "suggestion", _scored(info.line.assignment.suggestion) + "   worth a person's look, not applied"
    yield "contracts", f"{_authored(info, 'contracts') or 'none'}   {_contract_statuses(info)}".rstrip()
    yield "depends on", _some(info.line.internal, len(info.line.internal), info.all_dependencies)
    yield "used by", _some(info.dependents, len(info.dependents), info.all_dependents)
    if info.ring:
        yield "in a cycle", _ring(info)
    if info.line.external:
        yield "imports", _listed(info.line.external)
    if info.summary is not None:
        exports = info.summary.exports
        names = (*exports.classes, *(name for name, _ in exports.functions), *exports.constants)
        yield "exports", _listed(names)
        yield "documented", f"{exports.exports_documented} of {exports.exports_total} exports"
        yield "tests", _listed(info.summary.test_paths)
    yield "manifest", info.manifest


def _authored(info: ModuleInfo, name: str) -> str:
    said: Authored | None = info.authored.fields.get(name) if info.authored is not None else None
    if said is None or said.value is None:
        return ""
    value = ", ".join(map(str, said.value)) if isinstance(said.value, list) else str(said.value)
    return f"{safe(value):<16} {said.origin:<10} {_place(said.position)}"


def _contract_statuses(info: ModuleInfo) -> str:
    """One word where all contracts are alike, else those that are not ok by name."""
    if len(set(info.contracts.values())) == 1:
        return next(iter(info.contracts.values())).value
    return ", ".join(f"{safe(name)} {status.value}" for name, status in info.contracts.items() if status.value != "ok")


def _place(position: Position) -> str:
    return safe(f"{position.path}:{position.line}" if position.line else position.path)


def _star(assignment: Assignment) -> str:
    stars = ", ".join(assignment.stars)
    text = f"{stars}  {assignment.confidence / 1000:.2f}"
    signals = plural(sum(item.star in assignment.stars for item in assignment.evidence), "signal")
    rest = [score for score in assignment.scores if score.star not in assignment.stars]
    nearest = f", next best {_scored(rest[0])}" if rest else ""
    detail = f"{signals}{nearest}" if assignment.origin is Origin.INFERRED else nearest.removeprefix(", ")
    return f"{text:<16} {assignment.origin.value:<10} {detail}".rstrip()


def _scored(score: Score) -> str:
    return f"{score.star} {score.raw / 1000:.2f}"


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "none"
    hidden = len(names) - _SHOWN
    return ", ".join(map(safe, names[:_SHOWN])) + (f", +{hidden}" if hidden > 0 else "")


def _some(names: Sequence[str], direct: int, everything: int) -> str:
    return f"{_listed(names):<34} {direct} direct, {everything} in all" if names else "none"


def _ring(info: ModuleInfo) -> str:
    others = [module for module in info.ring if module != info.module]
    with_others = f"{_listed(others):<34} {len(info.ring)} modules"
    if info.cycle is None:
        return with_others
    first = info.cycle.cut[0]
    more = f" and {len(info.cycle.cut) - 1} more" if len(info.cycle.cut) > 1 else ""
    return f"{with_others}, cut {safe(first.source)} → {safe(first.target)} ({safe(first.file)}:{first.line}){more}"


def _why(info: ModuleInfo, line: LedgerLine) -> Iterator[str]:
    assignment = line.assignment
    match assignment.origin:
        case Origin.AUTHORED:
            yield f"Why {', '.join(assignment.stars)}"
            yield f"  a person decided: {_authored(info, 'stars')}"
        case Origin.FORCED:
            yield f"Why {', '.join(assignment.stars)}"
            yield "  forced by an entry in the exceptions file"
        case Origin.INFERRED | Origin.DEFAULT:
            yield f"Why {', '.join(assignment.stars)}"
            if not assignment.scores:
                yield "  no rule speaks for any other star"
    for score in assignment.scores:
        for item in assignment.evidence:
            if item.star == score.star:
                yield _evidence(info, item)
        yield f"  ={score.raw / 1000:.2f}  {score.star}"
    if assignment.tie:
        yield f"  tie between {', '.join(assignment.tie)}, decided by canon order"
    if assignment.disagreement is not None:
        yield f"  the rules would have said {_scored(assignment.disagreement)}"
    if info.reach is not None and assignment.scores:
        steps = " and ".join(_step(step.rule, step.weight) for step in info.reach.steps)
        yield f"  for {info.reach.star} instead: {steps}, {info.reach.total / 1000:.2f} in all"


def _evidence(info: ModuleInfo, item: Evidence) -> str:
    place = f"{info.rules_path}:{info.rule_lines[item.pointer]}" if info.rule_lines.get(item.pointer) else item.pointer
    matched = safe(item.shown)
    return f"  +{item.weight / 1000:.2f}  {item.star:<8} {_KIND_WORD[item.signal]:<11} {matched!r:<24} {place}"


def _step(rule: Rule, weight: int) -> str:
    return f"{_STEP_WORD[rule.signal]} {safe(rule.match)!r} (+{weight / 1000:.2f})"


def as_document(info: ModuleInfo) -> dict[str, object]:
    """The same as one JSON object, `astrograph.info/1`."""
    line = info.line
    fields = {} if info.authored is None else info.authored.fields
    return {
        "schema": "astrograph.info/1",
        "module": info.module,
        "folder": info.package.folder,
        "files": list(info.package.files),
        "manifest": info.manifest,
        "up_to_date": info.staleness is None,
        "stale_because": [] if info.staleness is None else [cause.value for cause in info.staleness.causes],
        "rebuild": "" if info.staleness is None else info.staleness.detail,
        "policy_problem": info.policy_problem,
        "authored": {
            name: {
                "value": said.value,
                "path": said.position.path,
                "line": said.position.line,
                "column": said.position.column,
                "origin": said.origin,
            }
            for name, said in sorted(fields.items())
        },
        "contracts": [{"reference": name, "status": status.value} for name, status in info.contracts.items()],
        "constellation": None if line is None else _constellation(info, line.assignment),
        "dependencies": None
        if line is None
        else {
            "internal": list(line.internal),
            "external": list(line.external),
            "all_internal": info.all_dependencies,
            "imported_at": {edge.target: _import_place(info, edge) for edge in info.imports},
        },
        "cycle": None
        if not info.ring
        else {
            "modules": list(info.ring),
            "cut": None if info.cycle is None else [_cut(edge) for edge in info.cycle.cut],
            "exact": None if info.cycle is None else info.cycle.exact,
        },
        "dependents": {"direct": list(info.dependents), "all": info.all_dependents},
        "exports": None if info.summary is None else _exports(info),
        "testing": None if info.summary is None else {"test_paths": list(info.summary.test_paths)},
        "findings": [] if line is None else [item.to_json() for item in line.findings],
    }


def _import_place(info: ModuleInfo, edge: Edge) -> dict[str, object]:
    return {"path": f"{info.package.folder}/{edge.file}", "line": edge.line, "when": edge.when.value}


def _cut(edge: Edge) -> dict[str, object]:
    return {"source": edge.source, "target": edge.target, "file": edge.file, "line": edge.line}


def _exports(info: ModuleInfo) -> dict[str, object]:
    assert info.summary is not None
    exports = info.summary.exports
    return {
        "classes": list(exports.classes),
        "functions": [{"name": name, "async": is_async} for name, is_async in exports.functions],
        "constants": list(exports.constants),
        "documented": exports.exports_documented,
        "total": exports.exports_total,
    }


def _constellation(info: ModuleInfo, assignment: Assignment) -> dict[str, object]:
    return {
        "stars": list(assignment.stars),
        "confidence": assignment.confidence / 1000,
        "origin": assignment.origin.value,
        "suggestion": _score_document(assignment.suggestion),
        "disagreement": _score_document(assignment.disagreement),
        "tie": list(assignment.tie),
        "scores": {score.star: score.raw / 1000 for score in assignment.scores},
        "evidence": [
            {
                "signal": item.signal.value,
                "star": item.star,
                "matched": item.matched,
                "weight": item.weight / 1000,
                "path": info.rules_path,
                "pointer": item.pointer,
                "line": info.rule_lines.get(item.pointer, 0),
            }
            for item in assignment.evidence
        ],
    }


def _score_document(score: Score | None) -> dict[str, object] | None:
    return None if score is None else {"star": score.star, "score": score.raw / 1000}
