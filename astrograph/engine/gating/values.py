"""What the gates of change read beside the ledgers: what is published, the plan, the ratchet. Each is read once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from astrograph.errors import AstrographError, StorageError
from astrograph.model import limits
from astrograph.model.digests import NOTHING, Fingerprint, combine, fingerprint
from astrograph.store.files import digest_file, read
from astrograph.store.outputs import files_below, output_signature, recorded_signature
from astrograph.store.state import Table
from astrograph.store.traces import NodeTrace

if TYPE_CHECKING:
    from astrograph.engine.session import Session
    from astrograph.gates.publication import GenerationCheck
    from astrograph.model.finding import Finding
    from astrograph.model.gate import KnownViolation
    from astrograph.model.generation import Entry, Generation, PublishedDifference
    from astrograph.model.ids import ModuleId
    from astrograph.model.plan import Promotion
    from astrograph.store.generations import Generations

KNOWN_COPY = "known_violations.yaml"
"""The name under which a generation keeps the ratchet it was published with."""

# By value: telling that nothing changed should not take loading what generations are.
_FOREIGN = frozenset({"found", "adopted"})
"""Generations whose values were read from documents that somebody else wrote."""

_UNLIMITED = frozenset({"empty", *_FOREIGN})
"""Generations that nobody published: a ratchet may still begin after them."""

_APPROVERS = "rules/allowed_approvers"


class ChangeValues:
    """Everything of one session that changes are judged by. Reading may raise AstrographError; a gate then fails."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.layout = session.layout
        self._known_digest = NOTHING

    # what is published

    @property
    def generations(self) -> Generations:
        """The generations of the workspace."""
        return self.session.generations

    @cached_property
    def current(self) -> Generation | None:
        """The current generation, None while nothing was ever published."""
        return self.generations.current() if os.path.exists(self._absolute(self.layout.current)) else None

    @cached_property
    def before(self) -> dict[ModuleId, Entry] | None:
        """The entries of the current generation."""
        from astrograph.engine.planning.planning import baseline

        return None if self.current is None else baseline(self.session)

    @property
    def is_foreign(self) -> bool:
        """Whether the values of the baseline were read from documents that somebody else wrote."""
        return self.current is not None and self.current.kind.value in _FOREIGN

    @property
    def placed(self) -> Generation | None:
        """The current generation where it was put into the published folder: an adopted tree stays where it is."""
        pointer = self.generations.pointer()
        return self.current if pointer is not None and pointer.placed else None

    @cached_property
    def differences(self) -> list[PublishedDifference]:
        """What in the published folder is not as it was published."""
        return [] if self.current is None else self.generations.published_differences()

    @cached_property
    def promotions(self) -> tuple[Promotion, ...]:
        """The modules that gain a star the baseline did not give them."""
        from astrograph.engine.planning.planning import staged_entries
        from astrograph.publication.diff import promotions_between

        return promotions_between(self.before, staged_entries(self.session))

    @property
    def unpublished(self) -> int:
        """How many modules are staged otherwise than they are published, or not there any more."""
        before = self.before or {}
        lines = {line.module: line.manifest for line in self.session.gates.lines}
        changed = sum(module not in before or before[module].manifest != lines[module] for module in lines)
        return changed + sum(module not in lines for module in before)

    # the way back

    @property
    def back(self) -> int | None:
        """The generation to go back to: the parent of the current one."""
        return None if self.current is None else self.current.parent

    def check_current(self) -> GenerationCheck | None:
        """What is wrong with the current generation, None while nothing was ever published."""
        from astrograph.gates.publication import GenerationCheck

        pointer = self.generations.pointer()
        if pointer is None:
            return None
        return self.check_generation(pointer.current) or GenerationCheck(pointer.current, 0, ("it is not there",))

    def check_generation(self, number: int) -> GenerationCheck | None:
        """What is wrong with one generation, None when it is not there."""
        from astrograph.gates.publication import GenerationCheck

        if number not in self.generations.numbers():
            return None
        problems = tuple(self.generations.problems(number))
        modules = 0 if problems else self.generations.get(number).modules
        return GenerationCheck(number, modules, problems)

    # the ratchet

    @cached_property
    def _known(self) -> tuple[tuple[KnownViolation, ...] | None, tuple[Finding, ...]]:
        from astrograph.formats.policy_document import PolicyProblems
        from astrograph.formats.policy_known import read_known
        from astrograph.model.codes import finding

        path = self.layout.known_violations
        try:
            data = read(self._absolute(path), limits.OUTPUT)
            self._known_digest = fingerprint(data)
            return read_known(data, path=path), ()
        except FileNotFoundError:
            return None, ()
        except OSError as error:
            fix = "make it a file that this user can read, or remove it"
            return (), (finding("AG416", f"it cannot be read: {error.strerror}", path=path, fix=fix),)
        except PolicyProblems as error:
            return (), error.findings

    @property
    def known_digest(self) -> Fingerprint:
        """The digest of the ratchet, as it was read where it was read already."""
        if "_known" in self.__dict__:
            return self._known_digest
        return self.content(self.layout.known_violations)

    @property
    def known(self) -> tuple[KnownViolation, ...] | None:
        """The entries of the ratchet, None when there is none, none at all when it cannot be used."""
        return self._known[0]

    @property
    def known_problems(self) -> tuple[Finding, ...]:
        """Why the ratchet cannot be used."""
        return self._known[1]

    @cached_property
    def published_known(self) -> set[tuple[str, str]] | None:
        """The (code, module) pairs of the ratchet that was published last, None while nobody published.

        Raises StorageError when they cannot be read.
        """
        from astrograph.formats.policy_document import PolicyProblems
        from astrograph.formats.policy_known import read_known

        current = self.current
        if current is None or current.kind.value in _UNLIMITED:
            return None
        data = self.generations.attachment(current.number, KNOWN_COPY)
        path = f"{self.layout.generation(current.number)}/{KNOWN_COPY}"
        try:
            return {(entry.code, entry.module) for entry in read_known(data or b"", path=path)}
        except PolicyProblems as error:
            raise StorageError("the published ratchet cannot be read", fields=error.fields) from error

    # freshness

    @cached_property
    def generation_digest(self) -> bytes:
        """Which generation is current and what it holds; says as much when that cannot be read."""
        try:
            return repr((self.current, self.current is not None and self.placed is not None)).encode()
        except AstrographError as error:
            return f"unreadable: {error}".encode()

    @cached_property
    def differences_digest(self) -> bytes:
        """What drifted."""
        try:
            return repr(sorted(self.differences)).encode("utf-8", "backslashreplace")
        except AstrographError as error:
            return f"unreadable: {error}".encode()

    def generation_files(self) -> Iterator[str]:
        """Every file of the current generation and of the one to go back to."""
        try:
            numbers = [] if self.current is None else [self.current.number, self.back]
        except AstrographError:
            return
        for number in numbers:
            if number is None:
                continue
            folder = self.layout.generation(number)
            try:
                yield from (f"{folder}/{name}" for name in sorted(os.listdir(self._absolute(folder))))
            except OSError:
                continue

    def plan_digest(self) -> bytes:
        """The plan and the word on it, as files: what tells a plan that is none or spent."""
        paths = (self.layout.plan, self.layout.approval, self.layout.approvals, self.layout.current)
        return combine(*(self.content(path) for path in paths))

    def world_digest(self) -> bytes:
        """Everything else that a plan rests on, and whether the approval has run out by now."""
        session = self.session
        survey = session.survey
        traces = (part for _, trace in survey.traces.items() for part in (trace.source, trace.resolution))
        canary = (self.layout.artifact("canary_list.txt"), self.layout.artifact("canary_report.json"))
        files = [_APPROVERS, *canary, *self._contract_files()]
        if session.workspace.codeowners is not None:
            files.append(session.workspace.codeowners)
        return combine(
            *traces,
            survey.authored.fingerprint,
            session.ledgers.fingerprint,
            session.policy.pins_data or b"",
            repr((session.workspace, list(survey.stale))).encode("utf-8", "backslashreplace"),
            *(part for path in files for part in (path.encode("utf-8", "surrogateescape"), self.content(path))),
            self._word_digest(),
        )

    def _contract_files(self) -> list[str]:
        top = self._absolute("")
        return sorted(path.removeprefix(top) for path in files_below(self._absolute(self.session.workspace.contracts)))

    def _word_digest(self) -> bytes:
        """What of an approval its bytes do not tell: who may write it, whether it is of this clone, and in time."""
        from astrograph.errors import DecodeError
        from astrograph.publication.approval import decode_approval

        path = self._absolute(self.layout.approval)
        try:
            stat = os.lstat(path)
            approval = decode_approval(read(path, limits.RECORD))
        except (OSError, DecodeError):
            return b"none"
        in_time = (approval.at <= now(), approval.expires <= now())
        return repr((stat.st_mode, stat.st_nlink, in_time, approval.clone == self.generations.clone())).encode()

    def content(self, path: str) -> Fingerprint:
        """The fingerprint of a file (relative to the workspace), NOTHING when it cannot be read.

        What was hashed once is remembered beside its stat signature: an unchanged file costs a stat.
        """
        absolute = self._absolute(path)
        signature = output_signature(absolute, follow=True)
        if signature is None:
            return NOTHING
        key = f"content:{path}".encode("utf-8", "surrogateescape")
        seen = NodeTrace.unpack(self.session.state.get(Table.NODE, key))
        if seen is not None and seen.output_signature == signature:
            return seen.output
        try:
            recorded = recorded_signature(os.stat(absolute))
            found = digest_file(absolute, limits.OUTPUT)
        except OSError:
            return NOTHING
        record = NodeTrace(NOTHING, found, recorded).pack()
        self.session.survey.writes.append((Table.NODE, key, record))
        return found

    def _absolute(self, path: str) -> str:
        return self.layout.absolute(path)


def now() -> str:
    """The time, as approvals write it."""
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat(timespec="seconds")
