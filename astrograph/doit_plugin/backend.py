"""doit's dependency database on our state: crash-safe, and silent about tasks whose trace is the record.

Imported by doit on every command, so it imports next to nothing.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from astrograph.store.state import State

_FAMILIES = ("manifest:", "ledger:", "gate:", "audit:", "site:")
_IGNORE = "ignore:"
_LAST_OF_SUCCESS = "deps:"


class TraceBackend:
    """The backend protocol of doit: `get`, `set`, `in_`, `remove`, `remove_all`, `dump`.

    Tasks of the graph keep nothing here but doit's `ignore` mark: whether they are current is told by their traces.
    Tasks that a workspace adds in its own `dodo.py` are kept as doit wants, committed as each task succeeds.
    A verdict does not honour `ignore` marks on the graph.
    """

    desc = "traces of Astrograph, crash-safe"

    def __init__(self, name: str, codec: object = None, module_name: str | None = None) -> None:  # noqa: ARG002 - doit's protocol
        self.name = name
        self.honours_ignore = True
        self._state: State | None = None
        self._tasks: dict[str, dict[str, Any]] | None = None

    @property
    def state(self) -> State:
        """The state database behind this backend."""
        if self._state is None:
            from astrograph.store.state import State

            self._state = State(self.name)
        return self._state

    def _all(self) -> dict[str, dict[str, Any]]:
        if self._tasks is None:
            from astrograph.store.state import Table

            loaded = self.state.load(Table.DOIT)
            self._tasks = {}
            for key, value in loaded.items():
                with suppress(ValueError):  # not what we wrote: the task is not known
                    known = json.loads(value)
                    if isinstance(known, dict):
                        self._tasks[key.decode()] = known
        return self._tasks

    def get(self, task_id: str, dependency: str) -> Any:
        """A stored value, None when there is none; file dependencies of the graph count as known and unchanged."""
        if task_id.startswith(_FAMILIES):
            if not dependency.endswith(":"):
                return True
            if not self.honours_ignore:
                return None
        return self._all().get(task_id, {}).get(dependency)

    def set(self, task_id: str, dependency: str, value: Any) -> None:
        """Store a value; the last one of a success commits the task."""
        if task_id.startswith(_FAMILIES) and dependency != _IGNORE:
            return
        self._all().setdefault(task_id, {})[dependency] = value
        if dependency in (_LAST_OF_SUCCESS, _IGNORE):
            self._commit(task_id)

    def in_(self, task_id: str) -> bool:
        """Whether anything is stored for a task."""
        return task_id in self._all()

    def remove(self, task_id: str) -> None:
        """Forget a task: its trace too, so that it is made again."""
        from astrograph.store.state import Table

        known = self._all().pop(task_id, None)
        kind, _, key = task_id.partition(":")
        if task_id.startswith(_FAMILIES):
            # An empty trace is none, and still tells that there may be a manifest to clear away.
            node = kind if kind == "site" else task_id
            forgotten = (Table.TRACE, key.encode(), b"") if kind == "manifest" else (Table.NODE, node.encode(), None)
            self.state.commit([forgotten])
        if known is not None:
            self.state.commit([(Table.DOIT, task_id.encode(), None)])

    def remove_all(self) -> None:
        """Forget every task. Parsed facts stay: they are kept by content, not by task."""
        from astrograph.store.state import Table

        for table in (Table.TRACE, Table.NODE, Table.DOIT):
            self.state.clear(table)
        self._tasks = {}

    def dump(self) -> None:
        """Nothing is left to write at the end of a run."""

    def _commit(self, task_id: str) -> None:
        from astrograph.store.state import Table

        value = json.dumps(self._all()[task_id], sort_keys=True).encode()
        self.state.commit([(Table.DOIT, task_id.encode(), value)])
