"""The exceptions, compiled: what is forced on a module, and what forbids promoting it (SPEC section 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from astrograph.formats.policy_exceptions import compile_gitignore, module_folder
from astrograph.model.ids import ModuleId
from astrograph.model.rules import Exceptions, Forbidden, Forced

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class ExceptionIndex:
    """Both lists, ready to be asked about any number of modules."""

    promotions: dict[ModuleId, Forced]
    patterns: tuple[Forbidden, ...]
    spec: GitIgnoreSpec | None

    @classmethod
    def from_exceptions(cls, exceptions: Exceptions) -> ExceptionIndex:
        """Compile both lists once."""
        forbidden = exceptions.do_not_promote
        spec = compile_gitignore([each.pattern for each in forbidden]) if forbidden else None
        return cls({each.module: each for each in exceptions.force_promote}, forbidden, spec)

    def forced(self, module: ModuleId) -> Forced | None:
        """Find the promotion forced on a module, None when there is none."""
        return self.promotions.get(module)

    def forbidden(self, module: ModuleId) -> Forbidden | None:
        """Find the pattern that forbids promoting a module (the last that matches), None when it may be."""
        if self.spec is None:
            return None
        verdict = self.spec.check_file(module_folder(module))
        if not verdict.include or verdict.index is None:
            return None
        return self.patterns[verdict.index]
