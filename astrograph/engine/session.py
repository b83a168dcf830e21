"""A session: one workspace opened for one command, with what it reads and what it may do."""

from __future__ import annotations

import errno
import os
from functools import cached_property
from typing import TYPE_CHECKING, Self

from astrograph.engine.ledger import Ledgers, Reads, not_overtaken
from astrograph.engine.policy import Policy, policy_paths
from astrograph.engine.survey import Survey, facts_key, take_survey
from astrograph.engine.tally import Tally
from astrograph.errors import ConfigurationError
from astrograph.formats.settings import read_settings
from astrograph.gates.registry import Gate
from astrograph.manifest.fields import placeable_fields, placement_of
from astrograph.model import limits
from astrograph.model.ids import ModuleId
from astrograph.model.workspace import BUILD_DIR, Workspace
from astrograph.store.border import HOME, Home, refuse_linked
from astrograph.store.clone import clone_identity
from astrograph.store.faults import Point, reach
from astrograph.store.files import has_temporary, read, storage_error, unreadable_fix
from astrograph.store.layout import MANIFEST_NAME, Layout
from astrograph.store.lock import RunLock
from astrograph.store.outputs import sweep, sweep_temporary
from astrograph.store.state import State, Table, Write

if TYPE_CHECKING:
    from astrograph.engine.auditing.audits import Audits
    from astrograph.engine.auditing.site import Site
    from astrograph.engine.build import Builder
    from astrograph.engine.contracts.judging import Contracts
    from astrograph.engine.gating.checks import Gates
    from astrograph.engine.gating.inputs import GateInputs
    from astrograph.store.generations import Generations

SETTINGS_FILE = "pyproject.toml"

FRESH = "ASTROGRAPH_FRESH"
"""The environment variable that is `1` in a process that is to believe no state it finds."""

_UNFINISHED = b"unfinished"
PINS = b"pins"
"""The key of the pins that were last found to hold, in the table `meta`."""

_MOST_WORKERS = 32


def find_root(start: str) -> str | None:
    """The nearest folder at or above `start` whose `pyproject.toml` names astrograph, None when there is none.

    Raises ConfigurationError for one that is no regular file, or too large to be read.
    """
    folder = os.path.abspath(start)
    while True:
        try:
            if b"tool.astrograph" in read(f"{folder}/{SETTINGS_FILE}", limits.SETTINGS):
                return folder
        except OSError as error:
            if error.errno in {errno.EFBIG, errno.EINVAL}:  # nothing that doit could read either
                raise _unreadable_settings(folder, error) from None
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def open_workspace(root: str) -> Workspace:
    """The configuration of the workspace at `root`, with the build folder a person chose; raises ConfigurationError."""
    folder = os.path.abspath(root)
    try:
        data = read(f"{folder}/{SETTINGS_FILE}", limits.SETTINGS)
    except OSError as error:
        raise _unreadable_settings(folder, error) from None
    chosen = _chosen_build(folder)
    workspace = read_settings(data, root=folder, manifest_fields=placeable_fields(), build_dir=chosen)
    placement_of(workspace)
    if chosen:
        _refuse_build_of_another(Layout(workspace))
    check_source_roots(workspace)
    return workspace


def check_source_roots(workspace: Workspace) -> None:
    """Raise ConfigurationError when a source root is not there."""
    for source_root in workspace.source_roots:
        if not os.path.isdir(f"{workspace.root}/{source_root}"):
            raise ConfigurationError(
                "a source root is not a folder",
                fields=(("source_roots", source_root),),
                hint="name an existing folder in source_roots, in [tool.astrograph] of pyproject.toml",
            )


def _unreadable_settings(folder: str, error: OSError) -> ConfigurationError:
    missing = error.errno == errno.ENOENT
    return ConfigurationError(
        f"{SETTINGS_FILE} cannot be read: {error.strerror}",
        fields=(("folder", folder),),
        hint="run `astrograph init` here, or change to the folder of the workspace"
        if missing
        else unreadable_fix(error),
    )


def _chosen_build(root: str) -> str:
    """The build folder that a person chose: relative to `root` where it lies in it, `""` where nothing was chosen.

    It may be reached through links: where they lead is what was chosen.
    """
    chosen = os.environ.get(BUILD_DIR)
    if not chosen:
        return ""
    place, top = (os.path.realpath(each).replace(os.sep, "/") for each in (chosen, root))
    return place.removeprefix(f"{top}/") if place != top else "."


def _refuse_build_of_another(layout: Layout) -> None:
    """Raise ConfigurationError for a build folder in which another workspace keeps its state, while there is one."""
    path = layout.absolute(layout.state)
    if not layout.is_outside or not os.path.exists(path):
        return
    state = State(path)
    home = Home.unpack(state.get(Table.META, HOME))
    state.close()
    owner = find_root(layout.build) if home is None else home.root
    if owner and os.path.isfile(f"{owner}/{SETTINGS_FILE}") and not os.path.samefile(owner, layout.workspace.root):
        raise ConfigurationError(
            "the build folder belongs to another workspace",
            fields=(("build", layout.build), ("made by", owner)),
            hint="give --build-dir (or ASTROGRAPH_BUILD) a folder for this workspace alone",
        )


class Session:
    """One command's view of a workspace; a context manager that gives everything back.

    Raises StorageError where a folder of ours is a link: nothing is read, written or removed through one.
    """

    def __init__(self, workspace: Workspace, *, state: State | None = None, workers: int | None = None) -> None:
        self.workspace = workspace
        self.layout = Layout(workspace)
        refuse_linked(self.layout)
        self.state = state if state is not None else State(self.layout.absolute(self.layout.state))
        if os.environ.get(FRESH) == "1":
            self.state.disregard()
        self.workers = min(workers if workers is not None else default_workers(), _most_workers())
        self._lock: RunLock | None = None
        self._marked = False
        self.tally = Tally()

    @classmethod
    def open(cls, root: str, *, workers: int | None = None) -> Session:
        """A session for the workspace at `root`."""
        return cls(open_workspace(root), workers=workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def policy(self) -> Policy:
        """The policy files, held to their pins: any mismatch is a PolicyError (SPEC section 3)."""
        policy = Policy.read(self.workspace)
        known = self.state.get(Table.META, PINS) if self._is_at_home() else None
        if policy.pins_data is None or known != policy.pinned_state:
            policy.check_pins()
        return policy

    def _is_at_home(self) -> bool:
        """Whether the state was made in this very folder, rather than copied, restored or checked out."""
        home = Home.unpack(self.state.get(Table.META, HOME))
        return home is not None and home.clone == clone_identity(self.layout.absolute(self.layout.state_folder))

    @cached_property
    def survey(self) -> Survey:
        """The scan of this session."""
        return take_survey(self.policy, self.state, self.layout, workers=self.workers)

    @cached_property
    def builder(self) -> Builder:
        """Makes manifests."""
        from astrograph.engine.build import Builder

        return Builder(
            self.survey,
            self.state,
            self.layout,
            tally=self.tally,
            workers=self.workers,
            meanwhile=self._make_ready,
        )

    def _make_ready(self) -> None:
        """Do what need not wait for the last manifests: fold the log, load what judges and sums up."""
        self.state.fold_log()
        _ = self.gates, self.audits.values

    @cached_property
    def ledgers(self) -> Ledgers:
        """Makes ledgers."""
        return Ledgers(self.survey, self.state, self.layout, self._make_manifest)

    def _make_manifest(self, module: ModuleId) -> bool:
        return self.builder.manifest(module)

    @cached_property
    def reads(self) -> Reads:
        """What is known of the build's own files that were read."""
        return Reads(self.state)

    @cached_property
    def gates(self) -> Gates:
        """Runs gates."""
        from astrograph.engine.gating.checks import Gates

        return Gates(self)

    @cached_property
    def generations(self) -> Generations:
        """What was published, and how to publish and come back."""
        from astrograph.store.generations import Generations

        return Generations(self.layout)

    def recover_publication(self, *, thorough: bool = False, sweep: bool = True) -> str | None:
        """Finish or undo a publication that was interrupted; one line for the person, None when there was nothing.

        The lock is held. A `thorough` look sees to it as well that the note of what is published can be read. With
        `sweep`, trees that were retired long enough ago are removed.
        """
        from astrograph.store.interrupted import has_leftovers

        if not thorough and not has_leftovers(self.layout.absolute(self.layout.generations)):
            return None
        return self.generations.recover(sweep=sweep)

    @cached_property
    def gate_inputs(self) -> GateInputs:
        """Tells whether gates are fresh, without what running them takes."""
        from astrograph.engine.gating.inputs import GateInputs
        from astrograph.engine.gating.values import ChangeValues

        return GateInputs(self, ChangeValues(self))

    @cached_property
    def audits(self) -> Audits:
        """Makes the audit artifacts."""
        from astrograph.engine.auditing.audits import Audits

        return Audits(self)

    @cached_property
    def site(self) -> Site:
        """Makes the site."""
        from astrograph.engine.auditing.site import Site

        return Site(self)

    @cached_property
    def contracts(self) -> Contracts:
        """The contracts of the workspace, and who refers to them."""
        from astrograph.engine.contracts.judging import Contracts

        return Contracts(self.survey, self.state, self.layout)

    def lock(self, *, wait: bool = False) -> None:
        """Take the workspace for writing until `close`.

        Raises LockError, and ConfigurationError for folders that are not ours to write to, or a state that git tracks.
        """
        lock = RunLock(self.layout.absolute(self.layout.lock), wait=wait)
        lock.acquire()
        self._lock = lock
        self.state.own()
        os.environ.pop(FRESH, None)  # what is found from here on was made by this process
        self._settle_in()
        if lock.waited and self.__dict__.pop("policy", None) is not None:  # it may have changed meanwhile
            _ = self.policy

    def _settle_in(self) -> None:
        """Look at a build folder that is new here, or whose surroundings changed since the last run."""
        before = Home.unpack(self.state.get(Table.META, HOME))
        try:
            now = Home.of(self.layout, claimed=() if before is None else before.claimed)
        except OSError as error:
            raise storage_error(error, self.layout.absolute(self.layout.state_folder)) from error
        if before != now:
            from astrograph.engine.claiming import settle_in

            settle_in(self, before, now)

    def claim(self, name: str) -> None:
        """Note that a folder below `build` is ours; raises ConfigurationError when it holds files of others."""
        from astrograph.engine.claiming import claim

        claim(self, name)

    def prepare(self, *, thorough: bool = False) -> None:
        """Make the rest of a run possible.

        A policy that is new to this workspace is compiled as a whole, what the scan found out is kept, and what a
        killed run or a removed module left behind is cleared away; a `thorough` run looks for leftovers in any case.

        Raises PolicyError before anything is written when the policy cannot be used.
        """
        survey = self.survey
        self._clear_leftovers(survey.authored.littered)
        unseen = self.state.get(Table.META, PINS) != self.policy.pinned_state
        if unseen:
            self.policy.compile()
        unfinished = self.state.get(Table.META, _UNFINISHED) is not None
        damaged = self.state.damaged.pop(Table.TRACE, set())
        writes: list[Write] = [*survey.writes]
        if survey.removed or unfinished or damaged or not survey.knows_inventory:
            writes += self._clear_away()
        elif thorough:
            writes += self._clear_away(name=f"/{MANIFEST_NAME}")
        if unseen:
            writes.append((Table.META, PINS, self.policy.pinned_state))
        writes += [(table, key, None) for key in damaged for table in (Table.TRACE, Table.LINE)]
        for module in survey.removed:
            key = module.encode()
            writes += [(Table.TRACE, key, None), (Table.LINE, key, None)]
            self.state.commit([], edges=[(module, ())])
        self._marked = unfinished
        if writes:
            self.state.commit(writes)
            survey.writes.clear()
        if self.ledgers.strays():
            wanted = {self.layout.absolute(self.layout.ledger(stratum)) for stratum in self.ledgers.strata}
            sweep(self.layout.absolute(self.layout.ledgers), wanted)

    def _clear_leftovers(self, littered: set[str]) -> None:
        """Remove what killed commands left beside files of people."""
        root = self.workspace.root
        folders = {
            os.path.dirname(f"{root}/{path}") for path in (*policy_paths(self.workspace).values(), SETTINGS_FILE)
        }
        littered = littered.union(filter(has_temporary, folders))
        if littered:
            from astrograph.store.people_files import clear_leftovers

            for folder in sorted(littered):
                clear_leftovers(folder)

    def begin(self) -> None:
        """Note that tasks are about to run, so that the next run looks for leftovers should this one be killed."""
        if not self._marked:
            self.state.commit([(Table.META, _UNFINISHED, b"1")])
            self._marked = True

    def _clear_away(self, *, name: str = "") -> list[Write]:
        """Remove manifests of nobody (without `name` all else beside them too), old gate results, temporary files.

        Returns what to record: gates that list the manifests are to be judged again.
        """
        folder = self.layout.absolute(self.layout.manifests)
        wanted = {self.layout.absolute(self.layout.manifest(module)) for module in self.survey.modules}
        removed = sweep(folder, wanted, name=name)
        self.tally.removed += removed
        sweep_temporary(self.layout.absolute(self.layout.ledgers))
        sweep_temporary(self.layout.absolute(self.layout.audit))
        gates = self.layout.absolute(self.layout.gates)
        sweep(gates, {self.layout.absolute(self.layout.gate(gate)) for gate in Gate}, name=".json")
        listing = (Gate.PATHS, Gate.COVERAGE) if removed else ()
        return [(Table.NODE, f"gate:{gate}".encode(), None) for gate in listing]

    def finish(self) -> None:
        """Keep what the run found out, note that it came to its end, forget facts nobody refers to any more."""
        try:
            reach(Point.FINISH)
        except OSError as error:
            raise storage_error(error, self.state.path) from error
        writes = not_overtaken(self.state, self.survey.writes)
        self.survey.writes.clear()
        if "builder" in self.__dict__ and self.builder.lost_a_worker:
            sweep_temporary(self.layout.absolute(self.layout.manifests))
        if self._marked:
            from astrograph.engine.pinning import remember_policy

            writes += [
                (Table.META, _UNFINISHED, None),
                *self._unreferenced(),
                *remember_policy(self.policy, self.state),
            ]
        if writes:
            self.state.commit(writes)

    def _unreferenced(self) -> list[Write]:
        """Facts of contents that were replaced, once they outnumber those in use."""
        if self.state.count(Table.SUMMARY) <= 2 * len(self.survey.traces) + 100:
            return []
        keys = self.state.keys(Table.SUMMARY)
        used = {facts_key(trace.source) for _, trace in self.survey.traces.items()}
        return [(table, key, None) for key in keys - used for table in (Table.FACTS, Table.SUMMARY)]

    def close(self) -> None:
        """End other processes, close the state, release the lock. Safe to call twice."""
        if "builder" in self.__dict__:
            self.builder.close()
        if "audits" in self.__dict__:
            self.audits.close()
        self.state.close()
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()


def _most_workers() -> int:
    """How many processes are ever started, whatever `-n` asks for: beyond the cores they only cost memory and time."""
    return max(_MOST_WORKERS, os.cpu_count() or 1)


def default_workers() -> int:
    """One worker a core this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)
