"""Ledgers: one file a stratum, one line a module, made of the lines that manifest tasks left in the state."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from astrograph.engine.survey import Survey
from astrograph.model.digests import NOTHING, Fingerprint, combine, fingerprint
from astrograph.model.ids import ModuleId
from astrograph.store.layout import Layout
from astrograph.store.outputs import output_signature, put, verify
from astrograph.store.state import State, Table, Write
from astrograph.store.traces import NodeTrace

_MADE = (b"ledger:", b"gate:", b"audit:", b"site:")
"""How the keys of targets begin; others note the content of files that nobody makes."""


def node_is_fresh(state: State, key: str, *, inputs: Fingerprint, path: str, writes: list[Write]) -> bool:
    """Whether a made-from-others target still holds: equal inputs, and on disk what the trace says.

    A moved stat signature of equal content is refreshed through `writes`.
    """
    trace = NodeTrace.unpack(state.get(Table.NODE, key.encode()))
    if trace is None or trace.inputs != inputs:
        return False
    if output_signature(path) == trace.output_signature:
        return True
    signature = verify(path, trace.output)
    if signature is None:
        return False
    writes.append((Table.NODE, key.encode(), trace._replace(output_signature=signature).pack()))
    return True


def not_overtaken(state: State, writes: Iterable[Write]) -> list[Write]:
    """The writes without refreshed signatures of targets that were made again since: the newer trace is the record."""
    return [write for write in writes if not _is_overtaken(state, write)]


def _is_overtaken(state: State, write: Write) -> bool:
    table, key, data = write
    if table is not Table.NODE or data is None or not key.startswith(_MADE):
        return False
    noted, recorded = NodeTrace.unpack(data), NodeTrace.unpack(state.get(Table.NODE, key))
    return noted is not None and recorded is not None and noted[:2] != recorded[:2]


def write_node(state: State, key: str, *, inputs: Fingerprint, path: str, data: bytes) -> bool:
    """Write a made-from-others target and its trace; returns whether the file had to be written."""
    written, signature = put(path, data)
    trace = NodeTrace(inputs, fingerprint(data), signature)
    state.commit([(Table.NODE, key.encode(), trace.pack())])
    return written


class Reads:
    """Whether what was read of the build's own files is what their traces tell.

    What a gate or an artifact is made of is told by traces, and read from files. Once the two differ (a file changed
    meanwhile, or a task was told to run without those it needs) what is made is recorded as made of nothing known:
    the next run makes it again.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._as_traced = True

    def see(self, as_traced: bool) -> None:
        """Note whether something that was read was as its trace tells."""
        self._as_traced &= as_traced

    def see_node(self, key: str, data: bytes | None, *, inputs: Fingerprint | None = None) -> None:
        """Note a target that was read, None where it could not be; `inputs` are those it would be made of now."""
        trace = NodeTrace.unpack(self._state.get(Table.NODE, key.encode()))
        output = None if data is None else fingerprint(data)
        self.see(trace is not None and trace.output == output and inputs in {None, trace.inputs})

    def vouch(self, inputs: Fingerprint) -> Fingerprint:
        """The inputs to record for what was made of all that was read so far."""
        return inputs if self._as_traced else NOTHING


class Ledgers:
    """The ledgers of one survey. `make_manifest` mends a module whose line the state has lost."""

    def __init__(self, survey: Survey, state: State, layout: Layout, make_manifest: Callable[[ModuleId], bool]) -> None:
        self.survey = survey
        self.state = state
        self.layout = layout
        self._make_manifest = make_manifest
        self.strata = survey.strata()
        # What was worked out, with how often a trace had been set by then.
        self._inputs: dict[str, tuple[int, Fingerprint]] = {}
        self._fingerprint: tuple[int, Fingerprint] | None = None

    def inputs(self, stratum: str) -> Fingerprint:
        """The digest of every line of a stratum, as the traces stand now."""
        changes = self.survey.traces.changes
        known = self._inputs.get(stratum)
        if known is None or known[0] != changes:
            known = self._inputs[stratum] = (changes, self.survey.traces.lines_digest(self.strata[stratum]))
        return known[1]

    @property
    def fingerprint(self) -> Fingerprint:
        """The digest of all ledgers together; worked out anew only when a trace has been set since."""
        changes = self.survey.traces.changes
        if self._fingerprint is None or self._fingerprint[0] != changes:
            self._fingerprint = (changes, combine(*(self.inputs(stratum) for stratum in self.strata)))
        return self._fingerprint[1]

    def is_fresh(self, stratum: str, writes: list[Write]) -> bool:
        """Whether the ledger of a stratum says what the traces say now."""
        path = self.layout.absolute(self.layout.ledger(stratum))
        return node_is_fresh(self.state, f"ledger:{stratum}", inputs=self.inputs(stratum), path=path, writes=writes)

    def make(self, stratum: str) -> bool:
        """Write the ledger of a stratum; returns whether its file had to be written."""
        lines = [self._line(module) for module in self.strata[stratum]]
        path = self.layout.absolute(self.layout.ledger(stratum))
        return write_node(self.state, f"ledger:{stratum}", inputs=self.inputs(stratum), path=path, data=b"".join(lines))

    def _line(self, module: ModuleId) -> bytes:
        line = self.state.get(Table.LINE, module.encode())
        if line is None or fingerprint(line) != self.survey.traces.line(module):
            self._make_manifest(module)
            line = self.state.get(Table.LINE, module.encode())
        assert line is not None
        return line

    def strays(self) -> list[str]:
        """Ledger files of strata that are no more, absolute paths."""
        folder = self.layout.absolute(self.layout.ledgers)
        wanted = {os.path.basename(self.layout.ledger(stratum)) for stratum in self.strata}
        try:
            return sorted(f"{folder}/{name}" for name in os.listdir(folder) if name not in wanted)
        except OSError:
            return []
