"""Extraction ahead of need: packages are parsed by worker processes in the order the scheduler will ask for them.

doit runs one manifest task after another; by the time a task asks for its facts they are usually there. What is
in flight is bounded, so memory is too. tree-sitter holds the GIL, hence processes.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from astrograph.engine.packages import Extracted, Job, extract
from astrograph.model.ids import ModuleId

CHUNK_FILES = 160
"""Files per unit of work: about 1 MB of usual source, large enough to hide the cost of a round trip."""

IN_FLIGHT_PER_WORKER = 3
"""Chunks handed out ahead per worker."""

POOL_FROM_FILES = 400
"""Below this many files a pool costs more than it saves."""


class Extraction:
    """Facts for a known sequence of packages, made ahead by `workers` processes (in this one when that is 1).

    `make_job` builds the job of a module when its turn comes. Asking out of order is allowed and costs one
    extraction in this process.
    """

    def __init__(
        self, modules: Sequence[ModuleId], make_job: Callable[[ModuleId], Job], *, workers: int, files: int
    ) -> None:
        self._make_job = make_job
        self._remaining: Iterator[ModuleId] = iter(modules)
        self._done: dict[ModuleId, Extracted] = {}
        self._flight: deque[tuple[frozenset[ModuleId], Future[list[Extracted]]]] = deque()
        self._pool: ProcessPoolExecutor | None = None
        self._limit = workers * IN_FLIGHT_PER_WORKER
        if workers > 1 and files >= POOL_FROM_FILES:
            self._pool = _start_pool(workers)
            self._top_up()

    def get(self, module: ModuleId) -> Extracted:
        """The facts of one package; waits for a worker, or extracts here when no worker has it."""
        while self._flight and module not in self._done:
            if not any(module in batch for batch, _ in self._flight):
                break
            self._collect()
        found = self._done.pop(module, None)
        return extract(self._make_job(module)) if found is None else found

    def _collect(self) -> None:
        _, future = self._flight.popleft()
        try:
            for item in future.result():
                self._done[item.module] = item
        except BrokenProcessPool:
            # A worker died (out of memory, killed): the rest is extracted here, one package at a time.
            self.close()
            return
        self._top_up()

    def _top_up(self) -> None:
        while self._pool is not None and len(self._flight) < self._limit:
            jobs = self._next_chunk()
            if not jobs:
                return
            batch = frozenset(job.module for job in jobs)
            self._flight.append((batch, self._pool.submit(_extract_all, jobs)))

    def _next_chunk(self) -> list[Job]:
        jobs: list[Job] = []
        files = 0
        for module in self._remaining:
            job = self._make_job(module)
            jobs.append(job)
            files += len(job.files)
            if files >= CHUNK_FILES:
                break
        return jobs

    def close(self) -> None:
        """Stop the workers; what they had not finished is forgotten."""
        pool, self._pool = self._pool, None
        self._flight.clear()
        if pool is not None:
            workers = list((getattr(pool, "_processes", None) or {}).values())
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                worker.terminate()
            for worker in workers:
                worker.join()


def _start_pool(workers: int) -> ProcessPoolExecutor:
    # fork shares what is imported already and starts in a millisecond; the pool is started before any thread.
    method = "fork" if sys.platform == "linux" else None
    return ProcessPoolExecutor(
        max_workers=workers,
        mp_context=multiprocessing.get_context(method),
        initializer=_start_worker,
        initargs=(os.getpid(),),
    )


def _start_worker(parent: int) -> None:
    """Make a worker that leaves interrupts to its parent, dies with it, and never pauses to collect garbage."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.disable()
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _extract_all(jobs: list[Job]) -> list[Extracted]:
    return [extract(job) for job in jobs]
