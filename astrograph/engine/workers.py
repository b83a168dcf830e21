"""Working ahead of need: worker processes make manifests in the order the scheduler will ask for them.

doit runs one manifest task after another; by the time it asks for one, it is usually made. What is in flight is
bounded, so memory is too, and so is what a killed run has to do again. tree-sitter holds the GIL, hence processes.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess

from astrograph.engine.produce import Job, Producer, Product
from astrograph.errors import AstrographError
from astrograph.model.ids import ModuleId

CHUNK_FILES = 100
"""Source files per unit of work: about half a megabyte, large enough to hide the cost of a round trip."""

IN_FLIGHT_PER_WORKER = 2
"""Units handed out per worker: one to work on, one to go on with."""

POOL_FROM_FILES = 300
"""Below this many files a pool costs more than it saves."""

_LOOK_SECONDS = 0.2
"""How long to wait for a worker before looking whether all are alive."""

Made = Product | AstrographError

_producer: Producer | None = None


class AheadOfNeed:
    """Products for a known sequence of modules, made ahead by `workers` processes.

    `make_job` builds the job of a module when its turn comes. Without workers, on a platform that cannot fork
    safely, or for few `files`, nothing is made ahead. `lost_a_worker` tells that one was killed, perhaps amid a file.
    """

    def __init__(
        self,
        producer: Producer,
        modules: Sequence[ModuleId],
        make_job: Callable[[ModuleId], Job],
        *,
        workers: int,
        files: int,
    ) -> None:
        self.lost_a_worker = False
        self._make_job = make_job
        self._remaining: Iterator[ModuleId] = iter(modules)
        self._done: dict[ModuleId, Made] = {}
        self._flight: deque[tuple[frozenset[ModuleId], Future[list[tuple[ModuleId, Made]]]]] = deque()
        self._pool: ProcessPoolExecutor | None = None
        self._limit = workers * IN_FLIGHT_PER_WORKER
        if workers > 1 and files >= POOL_FROM_FILES and sys.platform == "linux":
            self._pool = _start_pool(producer, workers)
            self._top_up()
            self._let_go_of_results()

    def take(self, module: ModuleId) -> Product | None:
        """The product of one module, waiting for it when a worker has it; None when no worker has.

        Raises what went wrong in the worker.
        """
        while module not in self._done and any(module in batch for batch, _ in self._flight):
            self._collect()
        made = self._done.pop(module, None)
        if isinstance(made, AstrographError):
            raise made
        return made

    def _collect(self) -> None:
        _, future = self._flight.popleft()
        try:
            while not (wait((future,), timeout=_LOOK_SECONDS).done or self._misses_a_worker()):
                pass
            self._done.update(future.result(timeout=0))
        except (BrokenProcessPool, TimeoutError):
            self._give_up()
            return
        self._top_up()

    def _give_up(self) -> None:
        # A worker was killed, or ran out of memory: the rest is made in this process.
        self.lost_a_worker = True
        self.close()

    def _misses_a_worker(self) -> bool:
        # The pool does not see it while it reads what a worker was sending when it was killed.
        return any(worker.exitcode is not None for worker in self._workers())

    def _let_go_of_results(self) -> None:
        """Close our copy of the end that workers write to: with it open, the pool would wait for the dead for ever."""
        results = getattr(self._pool, "_result_queue", None)
        if results is not None:
            results._writer.close()  # noqa: SLF001 - there is no public way

    def _workers(self) -> list[BaseProcess]:
        return list((getattr(self._pool, "_processes", None) or {}).values())

    def _top_up(self) -> None:
        while self._pool is not None and len(self._flight) < self._limit:
            jobs = self._next_chunk()
            if not jobs:
                return
            batch = frozenset(job.package.id for job in jobs)
            try:
                self._flight.append((batch, self._pool.submit(_produce_all, jobs)))
            except BrokenProcessPool:
                self._give_up()

    def _next_chunk(self) -> list[Job]:
        jobs: list[Job] = []
        files = 0
        for module in self._remaining:
            job = self._make_job(module)
            jobs.append(job)
            files += len(job.package.files)
            if files >= CHUNK_FILES:
                break
        return jobs

    def close(self) -> None:
        """Stop the workers; what they had not handed over is made again when it is asked for."""
        workers = self._workers()
        pool, self._pool = self._pool, None
        self._flight.clear()
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                worker.terminate()
            for worker in workers:
                worker.join()


def _start_pool(producer: Producer, workers: int) -> ProcessPoolExecutor:
    # fork shares the compiled policy and the inventory; the pool starts all its workers before its first thread.
    global _producer  # noqa: PLW0603 - what a forked worker finds instead of pickling it for every unit
    _producer = producer
    gc.collect()
    gc.freeze()
    return ProcessPoolExecutor(
        max_workers=workers,
        mp_context=multiprocessing.get_context("fork"),
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


def _produce_all(jobs: list[Job]) -> list[tuple[ModuleId, Made]]:
    assert _producer is not None
    return [(job.package.id, _produce(_producer, job)) for job in jobs]


def _produce(producer: Producer, job: Job) -> Made:
    # A termination waits until the file is whole: no half file stays behind.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        return producer.produce(job)
    except AstrographError as error:
        return error
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
