"""Which exports are documented, and which modules nobody described (SPEC section 13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from astrograph.audit.distribution import fraction
from astrograph.audit.registry import Artifact
from astrograph.model.ids import ModuleId, stratum_of
from astrograph.model.ledger import LedgerLine


@dataclass(slots=True)
class Documented:
    """The exports of several modules: how many there are, and how many have a docstring."""

    modules: int = 0
    exports: int = 0
    documented: int = 0
    described: int = 0

    def add(self, line: LedgerLine) -> None:
        """Count one more module."""
        self.modules += 1
        self.exports += line.exports_total
        self.documented += line.exports_documented
        self.described += line.described


@dataclass(slots=True)
class Documentation:
    """All modules together, by stratum, and the modules with exports that lack a docstring, most lacking first."""

    whole: Documented = field(default_factory=Documented)
    strata: dict[str, Documented] = field(default_factory=dict)
    lacking: list[tuple[int, ModuleId, LedgerLine]] = field(default_factory=list)


def documentation_of(lines: Iterable[LedgerLine]) -> Documentation:
    """Count documented exports."""
    found = Documentation()
    for line in lines:
        found.whole.add(line)
        found.strata.setdefault(stratum_of(line.module), Documented()).add(line)
        missing = line.exports_total - line.exports_documented
        if missing > 0:
            found.lacking.append((-missing, line.module, line))
    found.lacking.sort(key=lambda item: item[:2])
    return found


def documentation_document(found: Documentation) -> dict[str, object]:
    """The artifact."""
    whole = found.whole
    return {
        "schema": Artifact.DOCUMENTATION.schema,
        "totals": {
            "modules": whole.modules,
            "exports": whole.exports,
            "documented": whole.documented,
            "modules_described": whole.described,
            "modules_lacking": len(found.lacking),
        },
        "share": fraction(whole.documented, whole.exports),
        "strata": [
            {
                "stratum": name,
                "modules": item.modules,
                "exports": item.exports,
                "documented": item.documented,
                "share": fraction(item.documented, item.exports),
                "modules_described": item.described,
            }
            for name, item in sorted(found.strata.items())
        ],
        "lacking": [
            {"module": module, "exports": line.exports_total, "documented": line.exports_documented}
            for _, module, line in found.lacking
        ],
    }
