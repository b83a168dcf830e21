"""The work behind `manifest:<module>`: produce it, here or ahead of need in a worker, and record its trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter

from astrograph.engine.packages import known_files
from astrograph.engine.produce import Job, Known, Producer, Product
from astrograph.engine.survey import Survey, facts_key
from astrograph.engine.tally import Tally
from astrograph.engine.workers import AheadOfNeed
from astrograph.model.digests import Fingerprint
from astrograph.model.facts import AuthoredFacts
from astrograph.model.ids import ModuleId
from astrograph.store.layout import Layout
from astrograph.store.state import EdgeRow, State, Table, Write


class Builder:
    """Makes manifests for one survey. `workers` processes work ahead; only this one writes the state.

    `meanwhile` is called once, while workers make the last of them.
    """

    def __init__(
        self,
        survey: Survey,
        state: State,
        layout: Layout,
        *,
        tally: Tally,
        workers: int,
        meanwhile: Callable[[], None],
    ) -> None:
        self.survey = survey
        self.state = state
        self.workers = workers
        self.tally = tally
        self._meanwhile = meanwhile
        self._producer = Producer(survey.policy, survey.authored, survey.index, layout)
        self._ahead: AheadOfNeed | None = None

    def begin(self, modules: Sequence[ModuleId]) -> None:
        """Start working ahead on the modules that will be asked for, in this order."""
        files = sum(len(self.survey.inventory.packages[module].files) for module in modules)
        self._ahead = AheadOfNeed(
            self._producer,
            modules,
            self._job,
            keep=self._record,
            meanwhile=self._meanwhile,
            workers=self.workers,
            files=files,
        )

    def close(self) -> None:
        """Stop the workers."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.close()

    @property
    def lost_a_worker(self) -> bool:
        """Whether a worker was killed, which may have left half a temporary file."""
        return self._ahead is not None and self._ahead.lost_a_worker

    def manifest(self, module: ModuleId) -> bool:
        """Make one manifest; returns whether its file had to be written. Raises StorageError and PolicyError."""
        product = None if self._ahead is None else self._ahead.take(module)
        if product is None:
            product = self._producer.produce(self._job(module))
            self._record([product])
        self.tally.written += product.written
        self.tally.unchanged += not product.written
        self.tally.parsed += product.parsed
        return product.written

    def rehearse(self, module: ModuleId, authored: AuthoredFacts) -> dict[str, object]:
        """The manifest a module would have if people said this of it. Writes nothing; raises PolicyError."""
        return self._producer.rehearse(self._job(module), authored)

    def _job(self, module: ModuleId) -> Job:
        package = self.survey.inventory.packages[module]
        trace = self.survey.traces.get(module)
        known = self._known_source(module)
        if known is not None:
            summary = self.state.get(Table.SUMMARY, facts_key(known[1]))
            if summary is not None:
                return Job(package, Known(known[0], known[1], summary), {})
        before = None if trace is None else self.state.get(Table.FACTS, facts_key(trace.source))
        return Job(package, None, known_files(before))

    def _known_source(self, module: ModuleId) -> tuple[Fingerprint, Fingerprint] | None:
        """Signature and fingerprint of a package whose current content the survey has established."""
        digested = self.survey.sources.get(module)
        if digested is not None:
            return digested
        trace = self.survey.traces.get(module)
        return None if trace is None else (trace.signature, trace.source)

    def _record(self, products: Sequence[Product]) -> None:
        """Store what is known of manifests whose files are written, in one transaction."""
        writes: list[Write] = []
        edges: list[tuple[str, Sequence[EdgeRow]]] = []
        for product in products:
            key = product.module.encode()
            writes += [(Table.LINE, key, product.line), (Table.TRACE, key, product.trace.pack())]
            if product.facts is not None:
                source = facts_key(product.trace.source)
                writes += [(Table.FACTS, source, product.facts), (Table.SUMMARY, source, product.summary)]
            before = self.survey.traces.get(product.module)
            if before is None or before.sites != product.trace.sites:
                edges.append((product.module, product.imports))
        writes.sort(key=itemgetter(0))  # table by table is quicker
        self.state.commit(writes, edges=edges)
        for product in products:
            self.survey.traces.put(product.module, product.trace)
