"""The state: one SQLite file of sealed records, committed as tasks finish. A cache: losing it costs time only.

WAL with `synchronous=NORMAL` keeps every committed record through `kill -9`, and keeps the database whole (if
older) through a power cut. A file that is torn, foreign, newer or corrupt is dropped with one message.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from enum import StrEnum
from itertools import groupby

from astrograph.errors import StorageError
from astrograph.store.faults import Point, reach
from astrograph.store.files import storage_error
from astrograph.store.sealed import seal, unseal, unseal_all

FORMAT = "astrograph state 2"
"""Bumped when a table or a payload changes shape; any other value means: start anew."""

_CHECKPOINT_PAGES = 16_384
"""A checkpoint syncs twice: once for each 64 MB of changes, and when a run ends."""

_INDEX = "-shm"
_LOG = ("-wal", _INDEX)
"""What SQLite keeps beside the file while that is written: the write-ahead log, and an index of it."""

_ATTEMPTS = 2
"""A write that meets a damaged file is tried once more on a new one."""

Write = tuple["Table", bytes, bytes | None]
"""One change: table, key, payload; None removes the record."""

EdgeRow = tuple[str, str, int, int]
"""An import of one module: the imported module, file name, line, and 0, 1 or 2 for how late it happens."""

FullEdgeRow = tuple[str, str, str, int, int]
"""The same with the importing module before it."""

_EDGE = (str, str, int, int)
_LATE = range(3)


class Table(StrEnum):
    """The record families. `TRACE`, `LINE` and `NODE` are keyed by name, `FACTS` and `SUMMARY` by content."""

    META = "meta"
    TRACE = "trace"
    LINE = "line"
    FACTS = "facts"
    SUMMARY = "summary"
    AUTHORED = "authored"
    NODE = "node"
    DOIT = "doit"


class State:
    """The records of one workspace.

    Nothing is opened or created until the first use; reading where there is no file finds nothing. `messages`
    collects what a person should be told (a discarded file), for the caller to show. `damaged` holds the keys of
    records that `load` met and found not to be what was sealed.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.messages: list[str] = []
        self.damaged: dict[Table, set[bytes]] = {}
        self._connection: sqlite3.Connection | None = None
        self._writable = False
        self._owned = False
        self._unusable = False
        self._disregarded = False

    def own(self) -> None:
        """Tell that this process holds the workspace: from now on a file that cannot be used may be discarded."""
        self._owned = True
        if self._disregarded:
            self._disregarded = False
            self._remove()
        if self._unusable:
            self._unusable = False
            self.messages.clear()

    def disregard(self) -> None:
        """Find nothing in the file that is there; it is removed once this process holds the workspace."""
        self._unusable = self._disregarded = True

    # reading

    def load(self, table: Table) -> dict[bytes, bytes]:
        """Every sound record of a table."""
        rows = self._read(f"SELECT key, value FROM {table}")
        records = unseal_all(rows)
        if len(records) < len(rows):
            self.damaged[table] = {key for key, _ in rows if isinstance(key, bytes)} - records.keys()
        return records

    def get(self, table: Table, key: bytes) -> bytes | None:
        """One record, None when it is missing or not sound."""
        for (record,) in self._read(f"SELECT value FROM {table} WHERE key = ?", (key,)):
            return unseal(key, record)
        return None

    def keys(self, table: Table) -> set[bytes]:
        """The keys of a table, unverified: good for telling what may be dropped, not for what is true."""
        return {key for (key,) in self._read(f"SELECT key FROM {table}") if isinstance(key, bytes)}

    def count(self, table: Table) -> int:
        """How many records a table holds, unverified."""
        return next((int(str(row[0])) for row in self._read(f"SELECT count(*) FROM {table}")), 0)

    def edges(self) -> Iterator[FullEdgeRow]:
        """Every import, in id order, read as they are asked for: ask for the last before anything is written.

        Unverified, even the types of what a row holds, so hold them against `ModuleTrace.sites`. Equal texts are one
        text.
        """
        texts: dict[object, object] = {}
        share = texts.setdefault
        query = "SELECT source, target, file, line, late FROM edge ORDER BY source, target"
        for source, target, file, line, late in self._rows(query):
            yield share(source, source), share(target, target), share(file, file), line, late  # type: ignore[misc]

    def edges_of(self, module: str) -> list[EdgeRow]:
        """The imports of one module, in id order; unverified."""
        query = "SELECT target, file, line, late FROM edge WHERE source = ? ORDER BY target"
        rows = self._read(query, (module,))
        return [row for row in rows if tuple(map(type, row)) == _EDGE and row[3] in _LATE]  # type: ignore[misc]

    def ring_of(self, module: str) -> list[str]:
        """The modules that `module` reaches through imports and that reach it, itself among them; nothing without."""
        query = (
            "WITH RECURSIVE down(name) AS (SELECT target FROM edge WHERE source = ?1 UNION "
            "SELECT edge.target FROM edge JOIN down ON edge.source = down.name), "
            "up(name) AS (SELECT source FROM edge WHERE target = ?1 UNION "
            "SELECT edge.source FROM edge JOIN up ON edge.target = up.name) "
            "SELECT name FROM down INTERSECT SELECT name FROM up ORDER BY 1"
        )
        return [str(row[0]) for row in self._read(query, (module,))]

    def dependents(self, module: str) -> list[str]:
        """The modules that import `module` directly."""
        return sorted(str(row[0]) for row in self._read("SELECT source FROM edge WHERE target = ?", (module,)))

    def all_dependents(self, module: str) -> int:
        """How many modules depend on `module`, directly or through others (itself not counted)."""
        return self._closure("target", "source", module)

    def all_dependencies(self, module: str) -> int:
        """How many modules `module` depends on, directly or through others (itself not counted)."""
        return self._closure("source", "target", module)

    def _closure(self, start: str, end: str, module: str) -> int:
        query = (
            f"WITH RECURSIVE reach(name) AS (SELECT {end} FROM edge WHERE {start} = ?1 UNION "
            f"SELECT edge.{end} FROM edge JOIN reach ON edge.{start} = reach.name) "
            "SELECT count(*) FROM reach WHERE name != ?1"
        )
        return next((int(str(row[0])) for row in self._read(query, (module,))), 0)

    # writing

    def commit(self, writes: Iterable[Write], *, edges: Iterable[tuple[str, Iterable[EdgeRow]]] = ()) -> None:
        """Store several records in one transaction; `edges` replaces what some modules import.

        Raises StorageError when the disk refuses.
        """
        rows = [(table, key, payload if payload is None else seal(key, payload)) for table, key, payload in writes]
        targets = [(source, [(source, *item) for item in found]) for source, found in edges]

        def apply(connection: sqlite3.Connection) -> None:
            with connection:
                reach(Point.STATE_BEGIN)
                connection.execute("BEGIN")
                for (table, removed), group in groupby(rows, key=_kind_of_write):
                    if removed:
                        connection.executemany(f"DELETE FROM {table} WHERE key = ?", [(key,) for _, key, _ in group])
                    else:
                        connection.executemany(f"REPLACE INTO {table} VALUES (?, ?)", [row[1:] for row in group])
                for source, found in targets:
                    connection.execute("DELETE FROM edge WHERE source = ?", (source,))
                    connection.executemany("INSERT INTO edge VALUES (?, ?, ?, ?, ?)", found)
                reach(Point.STATE_COMMIT)
            reach(Point.STATE_COMMITTED)

        self._write(apply)

    def clear(self, table: Table) -> None:
        """Forget every record of a table."""

        def apply(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute(f"DELETE FROM {table}")

        self._write(apply)

    def fold_log(self) -> None:
        """Take over into the file what the write-ahead log holds, so that closing takes less time."""
        if self._connection is not None and self._writable:
            with suppress(sqlite3.Error):  # closing does it too
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Release the file; the state can be used again afterwards."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    # the file

    def _read(self, query: str, arguments: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        if self._unusable or (self._connection is None and not os.path.exists(self.path)):
            return []
        try:
            return self._open(writable=False).execute(query, arguments).fetchall()
        except sqlite3.DatabaseError as error:
            self._discard(error)
            return []

    def _rows(self, query: str) -> Iterator[tuple[object, ...]]:
        """The same one by one; the rows before a damaged place are told."""
        if self._unusable or (self._connection is None and not os.path.exists(self.path)):
            return
        try:
            yield from self._open(writable=False).execute(query)
        except sqlite3.DatabaseError as error:
            self._discard(error)

    def _write(self, apply: Callable[[sqlite3.Connection], None]) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                apply(self._open(writable=True))
            except OSError as error:
                raise storage_error(error, self.path) from error
            except sqlite3.DatabaseError as error:
                if attempt == _ATTEMPTS or not _is_damage(error):
                    raise _refused(error, self.path) from error
                self.own()  # who writes holds the workspace
                self._discard(error)
            else:
                return

    def _open(self, *, writable: bool) -> sqlite3.Connection:
        if self._connection is not None and (self._writable or not writable):
            return self._connection
        self.close()
        if writable:
            self._prepare_folder()
        self._connection = self._connect(writable=writable)
        self._writable = writable
        return self._connection

    def _prepare_folder(self) -> None:
        try:
            reach(Point.STATE_OPEN)
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
        except OSError as error:
            raise storage_error(error, os.path.dirname(self.path)) from error

    def _connect(self, *, writable: bool) -> sqlite3.Connection:
        if writable:
            self._drop_leftovers()
        connection = sqlite3.connect(self._address(writable=writable), timeout=10.0, isolation_level=None, uri=True)
        try:
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
            found = _format_of(connection)
            if found == FORMAT:
                return connection
            if found is not None:
                raise sqlite3.DatabaseError(f"its format is {found!r}, this version writes {FORMAT!r}")  # noqa: TRY301
            if writable:
                connection.execute("PRAGMA journal_mode=WAL")
                _create(connection)
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def _address(self, *, writable: bool) -> str:
        """The file as SQLite wants it named.

        Where a reader may not write the file or its folder, SQLite must be told so, or it leaves a log and an index
        of the log that the one who may write cannot. To read a log takes its index, which only a writer makes; where
        one of the two is missing, nobody is writing.
        """
        from urllib.parse import quote

        how = ""
        if not writable and not all(os.access(path, os.W_OK) for path in (self.path, os.path.dirname(self.path))):
            is_logged = all(os.path.exists(self.path + suffix) for suffix in _LOG)
            how = "?mode=ro" if is_logged else "?mode=ro&immutable=1"
        return f"file:{quote(os.fsencode(os.path.abspath(self.path)))}{how}"

    def _drop_leftovers(self) -> None:
        """Drop what a reader left that may not write the file: an empty log, and an index, which is made anew."""
        if not os.access(self.path, os.W_OK):
            return
        for suffix in _LOG:
            with suppress(OSError):
                stat = os.stat(self.path + suffix)
                if not os.access(self.path + suffix, os.W_OK) and (suffix == _INDEX or not stat.st_size):
                    os.unlink(self.path + suffix)

    def _discard(self, error: sqlite3.DatabaseError) -> None:
        """Drop a file that cannot be used, and say so once. What it knew is found out again by rebuilding."""
        if isinstance(error, sqlite3.OperationalError) and "no such table" in str(error):
            return  # a reader came before the first writer
        if not _is_damage(error):
            raise _refused(error, self.path) from error
        self.close()
        if not self._owned:
            self._unusable = True
            self.messages.append(f"the state in {self.path} is unusable ({error}); the next doit makes it anew")
            return
        self._remove()
        self.messages.append(f"the state in {self.path} was unusable ({error}) and has been discarded")

    def _remove(self) -> None:
        for suffix in ("", *_LOG, "-journal"):
            try:
                os.unlink(self.path + suffix)
            except FileNotFoundError:
                continue
            except OSError as problem:
                raise storage_error(problem, self.path) from problem


def _kind_of_write(write: Write) -> tuple[Table, bool]:
    return write[0], write[2] is None


def _format_of(connection: sqlite3.Connection) -> str | None:
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    if not tables:
        return None
    if ("meta",) not in tables:
        return "of another program"
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (b"format",)).fetchone()
    return str(row[0]) if row else "unnamed"


def _create(connection: sqlite3.Connection) -> None:
    with connection:
        connection.execute("BEGIN EXCLUSIVE")
        for table in Table:
            tail = "" if table in (Table.FACTS, Table.SUMMARY, Table.LINE) else " WITHOUT ROWID"
            connection.execute(f"CREATE TABLE IF NOT EXISTS {table} (key BLOB PRIMARY KEY, value BLOB){tail}")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS edge (source TEXT, target TEXT, file TEXT, line INTEGER, late INTEGER, "
            "PRIMARY KEY (source, target)) WITHOUT ROWID"
        )
        connection.execute("CREATE INDEX IF NOT EXISTS edge_target ON edge (target)")
        connection.execute("REPLACE INTO meta VALUES (?, ?)", (b"format", FORMAT))


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the file itself is at fault, not the disk, a lock or permissions."""
    if not isinstance(error, sqlite3.OperationalError):
        return True
    text = str(error)
    environment = ("disk is full", "locked", "readonly", "read-only", "unable to open", "I/O error", "busy")
    return not any(word in text for word in environment)


def _refused(error: sqlite3.DatabaseError, path: str) -> StorageError:
    text = str(error)
    if "full" in text:
        hint = "free some space, then run again: what was done is kept"
    elif "I/O error" in text:
        # What SQLite says of a disk too full for its shared memory, and of a broken one.
        hint = "free some space or mend the disk, then run again: what was done is kept"
    elif "locked" in text or "busy" in text:
        hint = "another program holds the state open: let it finish, then run again"
    else:
        hint = "make the folder writable for this user, or set `build` elsewhere"
    return StorageError("cannot use the state database", fields=(("path", path), ("problem", text)), hint=hint)
