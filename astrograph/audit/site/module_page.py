"""The page of one module: what `doit info` tells, and why it has the star it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from astrograph.audit.site.charts import weight_bar
from astrograph.audit.site.findings import findings_list
from astrograph.audit.site.graph import Graph
from astrograph.audit.site.markup import Markup, escape, join, link, tag
from astrograph.audit.site.model import Detail, SiteModel
from astrograph.audit.site.page import (
    NONE,
    breakable,
    facts,
    module_link,
    owner_link,
    page,
    score,
    section,
    star_chip,
    table,
)
from astrograph.audit.site.paths import INDEX, module_page, stratum_page, up_from
from astrograph.formats.text import plural
from astrograph.model.assignment import Assignment, Origin, Score
from astrograph.model.dependencies import Edge, When
from astrograph.model.facts import Authored
from astrograph.model.finding import Finding
from astrograph.model.ids import ModuleId, dotted_name, stratum_of
from astrograph.model.ledger import LedgerLine
from astrograph.model.plan import ModuleChange
from astrograph.model.rules import Signal

_KIND_WORDS = {
    Signal.PATH: "path",
    Signal.CAPABILITY: "capability",
    Signal.NODE: "node",
    Signal.OWNER: "owner",
    Signal.DEPENDENCY: "dependency",
}

_WHEN_WORDS = {When.LOAD: "", When.CALL: " when called", When.TYPING: " for types only"}

_SHOWN = 400
"""So many modules are listed one by one; a hub may have thousands, which its place in the picture shows as well."""

_FRAGMENT = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_.-")

_OTHERS = frozenset({"owner", "tier", "lane", "node", "description", "stars", "contracts", "capabilities", "tags"})


@dataclass(frozen=True, slots=True)
class ModulePages:
    """What the pages of all modules share."""

    model: SiteModel
    graph: Graph
    changes: Mapping[ModuleId, ModuleChange]
    findings: Mapping[ModuleId, tuple[Finding, ...]]
    contracts: Mapping[str, str]

    @classmethod
    def of(cls, model: SiteModel, graph: Graph) -> ModulePages:
        """What the pages share: each module's change, and its findings in its own line and in any gate."""
        changes = () if model.changes is None else model.changes.modules
        found: dict[ModuleId, set[Finding]] = {line.module: set(line.findings) for line in model.lines if line.findings}
        for finding in (finding for gate in model.gates for finding in gate.findings if finding.module):
            found.setdefault(ModuleId(finding.module), set()).add(finding)
        return cls(
            model=model,
            graph=graph,
            changes={change.module: change for change in changes},
            findings={module: tuple(sorted(findings)) for module, findings in found.items()},
            contracts=_contract_states(model.contract_coverage.get("contracts")),
        )

    def page(self, line: LedgerLine) -> tuple[str, bytes]:
        """The page of one module."""
        path = module_page(line.module)
        return _OnePage(self, line, self.model.detail_of(line.module), up_from(path)).whole(path)


@dataclass(frozen=True, slots=True)
class _OnePage:
    shared: ModulePages
    line: LedgerLine
    detail: Detail
    up: str

    def whole(self, path: str) -> tuple[str, bytes]:
        line, model = self.line, self.shared.model
        parts = [
            self._head(),
            section("Facts", facts(self._facts())),
            section(f"Why {', '.join(line.assignment.stars)}", *self._why(), id_="why"),
            self._neighbours("Depends on", self.shared.graph.uses[line.module], places=True),
            self._neighbours("Used by", self.shared.graph.used_by[line.module], places=False),
            *self._exports(),
            *self._change(),
        ]
        findings = self.shared.findings.get(line.module, ())
        if findings:
            parts.append(section("Findings", findings_list(findings, up=self.up), note=str(len(findings))))
        return page(path, line.module, *parts, site=model.title, kind="module")

    def _head(self) -> Markup:
        line = self.line
        stratum = stratum_of(line.module)
        crumbs = tag(
            "p", link(self.up + stratum_page(stratum), stratum), " · ", dotted_name(line.module), class_="quiet"
        )
        chips = [star_chip(star, self.shared.model.canon, up=self.up) for star in line.assignment.stars]
        chips += [
            tag("span", line.tier or "no tier", class_="chip"),
            tag("span", f"{line.assignment.origin.value} {score(line.assignment.confidence)}", class_="chip"),
            tag("span", plural(line.files, "file"), class_="chip"),
        ]
        findings = self.shared.findings.get(line.module, ())
        if findings:
            chips.append(tag("span", plural(len(findings), "finding"), class_="chip warn"))
        show = link(f"{self.up}{INDEX}#m={_encoded(line.module)}", "Show in the constellation", class_="chip action")
        return join(
            (crumbs, tag("h1", breakable(line.module)), tag("p", *_spaced([*chips, show]), class_="chips")), "\n"
        )

    def _facts(self) -> Iterator[tuple[str, Markup]]:
        line, assignment = self.line, self.line.assignment
        yield "owner", join((owner_link(line.owner, up=self.up), self._said_at("owner")))
        yield "tier", self._authored("tier", line.tier)
        for name in ("lane", "node", "description"):
            said = self.detail.authored.get(name)
            if said is not None and said.value is not None:
                yield name, self._authored(name, str(said.value))
        if assignment.suggestion is not None:
            yield "suggestion", join((self._scored(assignment.suggestion), escape(", worth a look, not applied")))
        named = [f"{each} {self.shared.contracts.get(each, '')}".rstrip() for each in line.contracts]
        yield "contracts", self._authored("contracts", ", ".join(named) or None)
        if line.capabilities:
            yield "capabilities", self._authored("capabilities", ", ".join(line.capabilities))
        for name, said in sorted(self.detail.authored.items()):
            if (name not in _OTHERS or name == "tags") and said.value is not None:
                yield name, self._authored(name, _in_words(said.value))
        yield "imports", _names(line.external)
        if self.detail.summary is not None:
            yield "tests", _names(self.detail.summary.test_paths)
        yield "folder", _code(self.detail.folder)
        yield "manifest", _code(self.detail.manifest)

    def _authored(self, name: str, value: str | None) -> Markup:
        return NONE if value is None else join((breakable(value), self._said_at(name)))

    def _said_at(self, name: str) -> Markup:
        said: Authored | None = self.detail.authored.get(name)
        if said is None or said.value is None:
            return Markup("")
        return join((Markup(" "), _place(said.position.path, said.position.line)))

    # the star

    def _scored(self, item: Score) -> Markup:
        return join((star_chip(item.star, self.shared.model.canon, up=self.up), escape(f" {score(item.raw)}")))

    def _why(self) -> Iterator[Markup]:
        assignment = self.line.assignment
        yield self._decision(assignment)
        if assignment.scores:
            yield table(("Star", "Signal", "Matched", "#Weight", "", "Rule"), self._evidence(assignment), class_="why")
        if assignment.tie:
            yield tag("p", f"{', '.join(assignment.tie)} tie at the top; the order of the canon decides.")
        if assignment.disagreement is not None:
            yield tag("p", "The rules would have said ", self._scored(assignment.disagreement), ".")
        if self.detail.instead:
            yield tag("p", self.detail.instead, class_="quiet")

    def _decision(self, assignment: Assignment) -> Markup:
        match assignment.origin:
            case Origin.AUTHORED:
                return tag("p", "A person decided.", self._said_at("stars"))
            case Origin.FORCED:
                return tag("p", "Forced by an entry in the exceptions file.")
            case Origin.INFERRED:
                return tag("p", f"The rules promote it with a confidence of {score(assignment.confidence)}.")
            case Origin.DEFAULT:
                said = (
                    "No rule speaks for another star."
                    if not assignment.scores
                    else "Not enough speaks for another star."
                )
                return tag("p", said)

    def _evidence(self, assignment: Assignment) -> Iterator[Sequence[str]]:
        canon = self.shared.model.canon
        for item in assignment.scores:
            chip = star_chip(item.star, canon, up=self.up)
            for each in assignment.evidence:
                if each.star == item.star:
                    yield (
                        chip,
                        _KIND_WORDS[each.signal],
                        _code(each.shown),
                        f"+{score(each.weight)}",
                        weight_bar(each.weight, canon.order[item.star]),
                        _place(self.shared.model.rule_place(each.pointer)),
                    )
            yield chip, "sum", "", tag("b", score(item.raw)), weight_bar(item.raw, canon.order[item.star]), ""

    # neighbours

    def _neighbours(self, title: str, modules: Sequence[ModuleId], *, places: bool) -> Markup:
        graph = self.shared.graph
        reach = graph.reach.get(self.line.module)
        note = str(len(modules))
        if reach is not None and modules:
            note += f" direct, {reach.all_dependencies if places else reach.all_dependents} in all"
        if not modules:
            return section(title, tag("p", NONE))
        ring = set(graph.rings.get(self.line.module, ()))
        items = []
        for other in modules[:_SHOWN]:
            edge = graph.edges.get(self.line.module, {}).get(other) if places else None
            items.append(
                tag(
                    "li",
                    module_link(other, up=self.up),
                    *((tag("span", "cycle", class_="chip warn"),) if other in ring else ()),
                    *((Markup(" "), self._import_place(edge)) if edge is not None else ()),
                )
            )
        hidden = len(modules) - _SHOWN
        more = (tag("p", f"and {hidden:,} more, in the constellation", class_="quiet"),) if hidden > 0 else ()
        return section(title, tag("ul", join(items, "\n"), class_="modules"), *more, note=note)

    def _import_place(self, edge: Edge) -> Markup:
        return tag("code", breakable(f"{edge.file}:{edge.line}{_WHEN_WORDS[edge.when]}"), class_="place")

    # the source

    def _exports(self) -> Iterator[Markup]:
        summary = self.detail.summary
        if summary is None:
            return
        exports = summary.exports
        rows = [
            ("classes", _names(exports.classes)),
            ("functions", _names([f"async {name}" if is_async else name for name, is_async in exports.functions])),
            ("constants", _names(exports.constants)),
            ("documented", escape(f"{exports.exports_documented} of {exports.exports_total}")),
        ]
        body = [facts(rows)]
        if exports.docstring:
            paragraphs = [tag("p", " ".join(part.split())) for part in exports.docstring.split("\n\n")]
            body.append(tag("blockquote", *paragraphs))
        yield section("Exports", *body)

    def _change(self) -> Iterator[Markup]:
        change = self.shared.changes.get(self.line.module)
        if change is None:
            return
        rows = [
            (_code(each.pointer), _code(each.before), _code(each.after), each.cause.value, _code(each.at))
            for each in change.fields
        ]
        parts = [table(("Field", "Before", "After", "Cause", "Authored at"), rows)] if rows else []
        yield section("Not published yet", *parts, note=change.kind.value)


def _contract_states(listed: object) -> dict[str, str]:
    """How each contract stands (`ok`, `broken`), by its id and by its path, as the artifact tells it."""
    found: dict[str, str] = {}
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, Mapping):
            found.update({str(each.get(key)): str(each.get("status", "")) for key in ("id", "path")})
    return found


def _names(names: Sequence[str]) -> Markup:
    if not names:
        return NONE
    return join([_code(name) for name in names], ", ")


def _code(text: str) -> Markup:
    return tag("code", breakable(text)) if text else Markup("")


def _place(path: str, line: int = 0) -> Markup:
    return tag("code", breakable(f"{path}:{line}" if line else path), class_="place")


def _spaced(parts: Sequence[Markup]) -> Iterator[Markup]:
    for at, part in enumerate(parts):
        if at:
            yield Markup(" ")
        yield part


def _in_words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_in_words(each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_in_words(each)}" for key, each in value.items())
    return str(value)


def _encoded(module: ModuleId) -> str:
    """A module id as it stands in a fragment: what is not a letter, a digit or one of `/_.-` is percent-encoded."""
    data = module.encode("utf-8", "surrogatepass")
    if _FRAGMENT.issuperset(data):
        return module
    return "".join(chr(byte) if byte in _FRAGMENT else f"%{byte:02X}" for byte in data)
