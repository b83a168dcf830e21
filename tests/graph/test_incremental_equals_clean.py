"""Incremental equals clean: whatever was done to a workspace, `build/` is what a build from nothing gives.

The machine edits, breaks and builds one workspace; after every build that comes to its end it builds a copy of the
inputs from nothing and compares all bytes (SPEC section 8, 11). Wrong rebuilders, planted one at a time, prove that
it looks hard enough.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from editing import AUTHORED, AUTHORED_PLACES, FILES, MODULES, SETTINGS, SOURCES, WEIGHTS, CleanBuilds, Editor
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from support import Workspace
from support.workspace import Snapshot

from astrograph.engine import ledger, survey
from astrograph.engine.authored.tree import AuthoredTree
from astrograph.model.digests import NOTHING, Fingerprint
from astrograph.store import stamps
from astrograph.store.lock import RunLock

modules = st.sampled_from(MODULES)
files = st.sampled_from(FILES)
sources = st.sampled_from(SOURCES)
places = st.sampled_from(AUTHORED_PLACES)
numbers = st.integers(0, 30)


class DifferenceError(AssertionError):
    """An incremental build gave other bytes than a clean one."""


class QuietLife(RuleBasedStateMachine):
    """The life of a workspace whose state is never lost."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="life-"))
        self.ws = Workspace.make(self.folder / "ws")
        self.edit = Editor(self.ws)
        self.clean = CleanBuilds(self.ws)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize(source=st.lists(sources, min_size=3, max_size=3))
    def begin(self, source: list[bytes]) -> None:
        for module, content in zip(("core/types", "memory/fold", "memory/recall"), source, strict=True):
            self.edit.put_source(module, "__init__.py", content)

    # source

    @rule(module=modules, source=sources)
    def put_package(self, module: str, source: bytes) -> None:
        self.edit.put_source(module, "__init__.py", source)

    @rule(module=modules, file=files, source=sources)
    def put_file(self, module: str, file: str, source: bytes) -> None:
        self.edit.put_source(module, file, source)

    @rule(number=numbers)
    def remove_file(self, number: int) -> None:
        self.edit.remove_source(number)

    @rule(module=modules)
    def remove_folder(self, module: str) -> None:
        self.edit.remove_folder(module)

    @rule(old=modules, new=modules)
    def rename_package(self, old: str, new: str) -> None:
        self.edit.rename_package(old, new)

    @rule()
    def move_source_root(self) -> None:
        self.edit.move_source_root()

    @rule(number=numbers)
    def edit_unseen(self, number: int) -> None:
        self.edit.edit_unseen(number)

    @rule()
    def touch_everything(self) -> None:
        self.edit.touch_everything()

    # authored facts and policy

    @rule(place=places, text=st.sampled_from(AUTHORED))
    def put_authored(self, place: str, text: bytes) -> None:
        self.edit.put_authored(place, text)

    @rule(place=places)
    def remove_authored(self, place: str) -> None:
        self.edit.remove_authored(place)

    @rule(old=places, new=places)
    def move_authored(self, old: str, new: str) -> None:
        self.edit.move_authored(old, new)

    @rule(weight=st.sampled_from(WEIGHTS))
    def weigh(self, weight: float) -> None:
        self.edit.weigh(weight)
        self.edit.pin()

    @rule(module=st.sampled_from((None, *MODULES)))
    def force(self, module: str | None) -> None:
        self.edit.force(module)
        self.edit.pin()

    @rule(weight=st.sampled_from(WEIGHTS))
    def forget_to_pin(self, weight: float) -> None:
        before, built = self.ws.path("rules/star_rules.json").read_bytes(), self.ws.snapshot()
        self.edit.weigh(weight)
        if self.ws.path("rules/star_rules.json").read_bytes() != before:
            assert self.ws.run().exit == 3
            assert self.ws.snapshot() == built
        self.ws.write("rules/star_rules.json", before)

    @rule(line=st.sampled_from(SETTINGS))
    def set(self, line: str) -> None:
        self.edit.set(line)

    @rule(
        family=st.sampled_from(("manifests", "ledger", "gates", "audit")),
        number=numbers,
        how=st.sampled_from(("unseen", "append", "truncate", "delete")),
    )
    def tamper(self, family: str, number: int, how: str) -> None:
        self.edit.tamper(family, number, how)

    # building

    @rule(module=modules)
    def build_one(self, module: str) -> None:
        if self.ws.path(f"{self.edit.source_root}/{module}/__init__.py").is_file():
            assert self.ws.run(f"manifest:{module}").exit in {0, 3}

    @rule()
    def settle(self) -> None:
        self.ws.settle()

    @rule()
    def build(self) -> None:
        code, expected = self.clean.of_now()
        if self.ws.run("validate").exit != code:
            raise DifferenceError("exit code")
        self.compare(expected)

    @rule()
    def build_plainly(self) -> None:
        _, expected = self.clean.of_now()
        assert self.ws.run().exit == 0
        self.compare(expected)

    @rule()
    def build_twice(self) -> None:
        self.build()
        again = self.ws.run("validate")
        assert (again.tasks, again.files) == ((), [])

    def compare(self, expected: Snapshot) -> None:
        """Raise DifferenceError unless the same bytes are under `build/`."""
        found = self.ws.snapshot()
        different = sorted(path for path in found.keys() | expected.keys() if found.get(path) != expected.get(path))
        if different:
            raise DifferenceError(", ".join(different))


class Life(QuietLife):
    """The same, with killed runs, second runs and damaged state."""

    @rule(at=st.floats(0, 1), how=st.sampled_from(("remove", "truncate", "flip")))
    def damage_state(self, at: float, how: str) -> None:
        self.edit.damage_file(at, how)

    @rule(table=st.sampled_from(("meta", "trace", "line", "facts", "summary", "authored", "node")), number=numbers)
    def damage_record(self, table: str, number: int) -> None:
        self.edit.damage_record(table, number)

    @rule(words=st.sampled_from(((), ("validate",))))
    def second_run(self, words: tuple[str, ...]) -> None:
        before = self.ws.snapshot()
        with RunLock(str(self.ws.path("build/.astrograph/lock"))):
            second = self.ws.run(*words)
        assert (second.exit, second.tasks) == (3, ())
        assert self.ws.snapshot() == before

    @rule(words=st.sampled_from(((), ("validate",))), before=st.integers(0, 25))
    def killed(self, words: tuple[str, ...], before: int) -> None:
        self.ws.run_killed(*words, before=before)


class WatchedLife(QuietLife):
    """The quiet life, built after every step."""

    @invariant()
    def is_as_clean(self) -> None:
        self.build()


SMALL = settings(max_examples=40, stateful_step_count=20, phases=[Phase.generate])
"""Without shrinking, which takes minutes: run the `long` one for a small counterexample."""

LARGE = settings(max_examples=3000, stateful_step_count=60, derandomize=False, suppress_health_check=list(HealthCheck))


def test_incremental_equals_clean() -> None:
    run_state_machine_as_test(Life, settings=SMALL)


@pytest.mark.long
def test_incremental_equals_clean_at_length() -> None:
    run_state_machine_as_test(Life, settings=LARGE)


# wrong rebuilders, which the machine has to catch


def everywhere(patch: pytest.MonkeyPatch, function: Callable[..., Any], other: Callable[..., Any]) -> None:
    """Put another function in the place of one, wherever it was imported."""
    for name, module in list(sys.modules.items()):
        if name.startswith("astrograph.") and getattr(module, function.__name__, None) is function:
            patch.setattr(module, function.__name__, other)


def ignores_authored_changes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(AuthoredTree, "fingerprint_of", lambda *_: NOTHING)


def trusts_mtime_and_size(patch: pytest.MonkeyPatch) -> None:
    def key(stat: Any) -> bytes:
        return b"%d %d" % (stat.st_mtime_ns, stat.st_size)

    everywhere(patch, stamps.stat_key, key)
    everywhere(patch, stamps.is_racy, lambda *_: False)


def ignores_resolution_changes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(survey._Examiner, "doubtful_resolutions", lambda _: frozenset())


def believes_outputs(patch: pytest.MonkeyPatch) -> None:
    def believe(path: str, expected: Fingerprint) -> Fingerprint | None:
        return expected if Path(path).exists() else None

    patch.setattr(survey, "verify", believe)
    patch.setattr(ledger, "verify", believe)


def forgets_what_went(patch: pytest.MonkeyPatch) -> None:
    take = survey.take_survey

    def without_removed(*arguments: Any, **named: Any) -> survey.Survey:
        found = take(*arguments, **named)
        found.removed = ()
        return found

    patch.setattr("astrograph.engine.session.take_survey", without_removed)
    patch.setattr(
        "astrograph.engine.session.Session._clear_away", lambda *_, **__: []
    )  # a verdict looks for leftovers too


@pytest.mark.parametrize(
    "plant",
    [
        ignores_authored_changes,
        trusts_mtime_and_size,
        ignores_resolution_changes,
        believes_outputs,
        forgets_what_went,
    ],
)
def test_a_wrong_rebuilder_is_caught(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)

    with pytest.raises(DifferenceError):
        run_state_machine_as_test(WatchedLife, settings=settings(SMALL, max_examples=100, stateful_step_count=10))
