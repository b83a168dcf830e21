"""A scratch workspace: the policy files of the real one over a small tree of its own, built, published, planned."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from astrograph.engine.graph import PLAIN, Graph, Kind, TaskKey
from astrograph.engine.policy import Policy, policy_paths
from astrograph.engine.session import Session
from astrograph.formats.canonical_json import encode
from astrograph.formats.policy_pins import encode_pins
from astrograph.model import limits
from astrograph.model.digests import sha256
from astrograph.model.pins import Pin, Pins, PolicyKind
from astrograph.model.workspace import Workspace
from astrograph.store.files import read

RULES = "rules/star_rules.json"
EXCEPTIONS = "rules/star_rules_exceptions.json"
CANON = "rules/star_canon.json"
SCHEMA = "schemas/module_manifest.schema.json"
PINS = "rules/pins.json"
AUTHORED = "manifests_src"
BUILD = "build"
PUBLISHED = f"{BUILD}/published"
LEGACY = "legacy_"

_WHO = "self-test"
_WHEN = "2026-01-01T12:00:00+00:00"


def scratch_workspace(space: Workspace, root: str) -> Workspace:
    """The settings of the real workspace, with every place inside the scratch folder `root`."""
    return Workspace(
        root=root,
        source_roots=("src",),
        legacy_prefixes=(*space.legacy_prefixes, LEGACY),
        rules=RULES,
        exceptions=EXCEPTIONS,
        canon=CANON,
        schema=SCHEMA,
        pins=PINS,
        authored=AUTHORED,
        build=BUILD,
        publish_to=PUBLISHED,
        schema_version=space.schema_version,
        coverage_min=space.coverage_min,
        placeholder_owners=space.placeholder_owners,
        format_assertion=space.format_assertion,
        placements=space.placements,
    )


class Scratch:
    """One scratch workspace, with the verbs that plants are written in. Paths are relative to its root."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.root = workspace.root
        self.approved = False

    def twin(self, root: str) -> Scratch:
        """A copy of everything, state included."""
        shutil.copytree(self.root, root, symlinks=True, ignore=shutil.ignore_patterns("lock", "*-shm"))
        copy = Scratch(replace(self.workspace, root=root))
        if self.approved:  # in a copy that approval is worth nothing
            copy.approve()
        return copy

    def with_settings(self, **changes: object) -> None:
        """Change the settings of this workspace."""
        self.workspace = replace(self.workspace, **changes)  # type: ignore[arg-type]

    # files

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        return read(f"{self.root}/{path}", limits.OUTPUT)

    def write(self, path: str, data: bytes | str) -> None:
        """Put a file, and the folders above it; in place, as an editor would."""
        target = f"{self.root}/{path}"
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as stream:
            stream.write(data.encode() if isinstance(data, str) else data)

    def append(self, path: str, data: bytes) -> None:
        """Put bytes at the end of a file."""
        self.write(path, self.read(path) + data)

    def truncate(self, path: str) -> None:
        """Leave the first half of a file."""
        data = self.read(path)
        self.write(path, data[: len(data) // 2])

    def remove(self, path: str) -> None:
        """Remove a file or a folder."""
        target = f"{self.root}/{path}"
        if os.path.isdir(target):
            shutil.rmtree(target)
        else:
            os.unlink(target)

    def edit(self, path: str, change: Callable[[Any], object]) -> None:
        """Change a JSON document in place."""
        document = json.loads(self.read(path))
        change(document)
        self.write(path, json.dumps(document, indent=1, ensure_ascii=False) + "\n")

    def pin(self) -> None:
        """Pin the policy files as they are, usable or not: what a person with an editor could do."""
        pins = [
            Pin(kind, path, sha256(self.read(path)), _WHO, _WHEN, "the self-test means it")
            for kind, path in policy_paths(self.workspace).items()
        ]
        self.write(PINS, encode(encode_pins(Pins(tuple(pins)))))

    def policy(self, kind: PolicyKind, change: Callable[[Any], object]) -> None:
        """Change one policy file and pin it."""
        self.edit(policy_paths(self.workspace)[kind], change)
        self.pin()

    def author(self, module: str, **fields: object) -> None:
        """Write the authored file of a module: JSON is YAML too."""
        lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items()]
        self.write(f"{AUTHORED}/{module}.yaml", "".join(lines) or "{}\n")

    def manifest(self, module: str) -> str:
        """Where the manifest of a module is."""
        return f"{BUILD}/manifests/{module}/module.manifest.json"

    def ledger(self, module: str, change: Callable[[Any], object]) -> None:
        """Change the line of a module in its ledger."""
        path = f"{BUILD}/ledger/{module.partition('/')[0]}.jsonl"
        lines = [json.loads(line) for line in self.read(path).splitlines()]
        for line in lines:
            if line["module"] == module:
                change(line)
        texts = [json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")) for line in lines]
        self.write(path, "".join(f"{text}\n" for text in texts))

    # running

    def open(self) -> Session:
        """A session that tells of a pin that does not hold instead of ending there, so that the gate can say it."""
        session = Session(self.workspace, workers=1)
        session.__dict__["policy"] = Policy.read(self.workspace)
        return session

    def build(self) -> None:
        """What `doit` does: manifests, ledgers, gates and artifacts."""
        with self.open() as session:
            session.lock()
            session.prepare()
            run_tasks(session, PLAIN)
            session.finish()

    def plan_and_approve(self, *, age_hours: float = 0.0) -> None:
        """What `doit plan`, `doit canary` and `doit approve` do; the approval is `age_hours` old."""
        from astrograph.engine.planning.planning import make_plan, write_plan

        self.build()
        with self.open() as session:
            session.lock()
            session.prepare()
            write_plan(session, make_plan(session))
        self.build()
        self.approve(age_hours=age_hours)

    def approve(self, *, age_hours: float = 0.0) -> None:
        """What `doit approve` does."""
        from datetime import UTC, datetime, timedelta

        from astrograph.engine.planning.approving import approve, propose
        from astrograph.publication.approval import LONGEST_HOURS

        with self.open() as session:
            session.lock()
            now = datetime.now(UTC) - timedelta(hours=age_hours)
            moment = now.isoformat(timespec="milliseconds")
            approve(session, propose(session), by=_WHO, reason="", now=moment, hours=LONGEST_HOURS, key="")
        self.approved = True

    def publish(self) -> None:
        """The whole way to what people read. Raises PolicyError when a gate fails before it."""
        from astrograph.engine.publishing.publishing import publish
        from astrograph.errors import PolicyError

        self.plan_and_approve()
        with self.open() as session:
            session.lock()
            done = publish(session, confirm=lambda _: True, by=_WHO)
        self.approved = False
        if done.switch is None:
            told = [
                (
                    result.gate,
                    f"{item.code} {item.message}" if (item := next(iter(result.findings), None)) else result.reason,
                )
                for result in done.failing
            ]
            raise PolicyError(
                "gates fail in a sound scratch workspace, so nothing can be proved about them",
                fields=tuple(told),
                hint="these policy files ask for more than the scratch workspace has; see docs/GATES.md",
            )
        self.build()


def run_tasks(session: Session, kinds: tuple[Kind, ...]) -> None:
    """Bring these families of tasks up to date, each after what it needs."""
    graph = Graph(session)
    waiting = dict.fromkeys(task for task in graph.stale_tasks(kinds) if task.kind in kinds)
    if waiting:
        session.begin()

    def finish(task: TaskKey) -> None:
        if task not in waiting:
            return
        del waiting[task]
        for other in graph.needs(task):
            finish(other)
        if graph.why_stale(task) is not None:
            graph.run(task)

    while waiting:
        finish(next(iter(waiting)))


def copy_policy(space: Workspace, scratch: Scratch) -> None:
    """Put the real rules, canon and schema into the scratch workspace, and exceptions of its own.

    Exceptions speak of real modules, and are about nothing here. A policy in YAML is rewritten as JSON.
    """
    from astrograph.formats.policy_document import open_document

    for kind, path in policy_paths(space).items():
        if kind is PolicyKind.EXCEPTIONS:
            continue
        data = Policy.read(space).bytes_of(kind)
        if path.endswith((".yaml", ".yml")):
            data = json.dumps(open_document(data, path=path).value, ensure_ascii=False).encode()
        scratch.write(policy_paths(scratch.workspace)[kind], data)
    scratch.write(EXCEPTIONS, encode({"do_not_promote": [], "force_promote": {}}))
    _copy_carried(space, scratch)


def _copy_carried(space: Workspace, scratch: Scratch) -> None:
    """Fields that the real workspace gives to all its modules: its schema may ask for them."""
    from astrograph.formats.strict_yaml import decode
    from astrograph.manifest.fields import AUTHORED_FIELDS

    with suppress(OSError):
        value = decode(read(f"{space.root}/{space.authored}/_defaults.yaml", limits.YAML)).value
        fields = value if isinstance(value, dict) else {}
        carried = {str(name): item for name, item in fields.items() if name not in AUTHORED_FIELDS}
        if carried:
            scratch.author("_defaults", **carried)
