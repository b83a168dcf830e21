"""The tools that are measured: how each builds, what a cold run removes, where to see that it worked."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass

from benchmarks.errors import BenchmarkError
from benchmarks.measure import Command
from benchmarks.peers import Peer

ASTROGRAPH = "astrograph"
VERDICTS = (0, 1)
"""Exit codes of a run that ended with an answer: clean, or with findings (SPEC section 9)."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool on one tree.

    `state` are the paths that a cold run removes. `outputs` and `suffix` say where the output of a module is;
    both are empty for a tool that only prints. `copies` says that an output holds its sources' bytes.
    `rebuilds` is False where cold runs and touch-all are not asked, because they take minutes.
    """

    name: str
    build: Command
    state: tuple[str, ...] = ()
    outputs: str = ""
    suffix: str = ""
    copies: bool = False
    rebuilds: bool = True

    def output(self, module: str) -> str:
        """Return the path of a module's output."""
        return f"{self.outputs}/{module}{self.suffix}"

    def clear(self) -> None:
        """Take outputs and state away, as if nothing was ever built; the folders of peers' outputs stay.

        State is set aside, in a folder beside the workspace: some file systems (ext4) are slow to make files for a
        minute after as many were deleted, and whoever builds for the first time has deleted none.
        """
        for path in self.state:
            if os.path.lexists(path):
                os.rename(path, os.path.join(tempfile.mkdtemp(prefix="gone-", dir=self._beside), "state"))
        if self.copies:
            for path in self._built():
                os.unlink(path)

    @property
    def _beside(self) -> str:
        return os.path.dirname(os.path.abspath(self.build.folder))

    def check_count(self, expected: int) -> None:
        """Raise `BenchmarkError` unless exactly `expected` outputs are there, for a tool that has any."""
        if not self.outputs:
            return
        found = len(self._built())
        if found != expected:
            raise BenchmarkError(
                f"{self.name} ended well but its outputs are not all there",
                fields=(("found", f"{found:,}"), ("expected", f"{expected:,}"), ("folder", self.outputs)),
            )

    def modules(self) -> list[str]:
        """Return the modules that have an output, sorted."""
        skipped = len(self.outputs) + 1
        return sorted(path[skipped : -len(self.suffix)] for path in self._built())

    def _built(self) -> list[str]:
        found = (os.path.join(folder, name) for folder, _, names in os.walk(self.outputs) for name in names)
        return [path for path in found if path.endswith(self.suffix)]


def astrograph(workspace: str, *, accepted: tuple[int, ...] = (0,)) -> Tool:
    """Astrograph on a workspace; `accepted` are the exit codes of `doit` that count as built."""
    build = os.path.join(workspace, "build")
    return Tool(
        name=ASTROGRAPH,
        build=doit(workspace, accepted=accepted),
        state=(build,),
        outputs=os.path.join(build, "manifests"),
        suffix="/module.manifest.json",
    )


def doit(workspace: str, *words: str, accepted: tuple[int, ...] = (0,)) -> Command:
    """Return a `doit` command in a workspace, with the interpreter that runs this."""
    return Command((sys.executable, "-m", "doit", *words), folder=workspace, accepted=accepted)


def peer_tool(peer: Peer, *, folder: str, packages: int) -> Tool:
    """Return a peer whose graph was written into `folder`."""
    return Tool(
        name=peer.name,
        build=Command(peer.argv, folder=folder),
        state=tuple(os.path.join(folder, name) for name in peer.state),
        outputs=os.path.join(folder, "out"),
        suffix=".bundle",
        copies=True,
        rebuilds=not peer.prebuilt(packages=packages),
    )
