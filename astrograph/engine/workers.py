"""Working ahead of need: worker processes make manifests in the order the scheduler will ask for them.

doit runs one manifest task after another; by the time it asks for one, it is usually made. What is handed out and not
yet asked for is bounded, so memory is too, and so is what a killed run has to do again. tree-sitter holds the GIL,
hence processes.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from astrograph.engine.forked_child import die_with, see_room
from astrograph.engine.produce import Job, Producer, Product
from astrograph.errors import AstrographError
from astrograph.model.ids import ModuleId

CHUNK_FILES = 60
"""Source files per unit of work: large enough to hide the cost of a round trip, small enough to end together."""

UNITS_PER_WORKER = 3
"""Units made ahead per worker: one to work on, the others waiting to be asked for."""

WORKERS_FROM_FILES = 300
"""Below this many files worker processes cost more than they save."""

PATIENCE = 2.0
"""Seconds that workers have for ending when they are told to; one that is stopped or stuck is killed then."""

Made = Product | AstrographError


class AheadOfNeed:
    """Products for a known sequence of modules, made ahead by `workers` processes.

    `make_job` builds the job of a module when its turn comes, `keep` is given what a worker has made as soon as it is
    here, several at a time and before any of it is asked for. `meanwhile` is called once, when everything is dealt out
    and the last units are being made. Without workers, on a platform that cannot fork safely, or for few `files`,
    nothing is made ahead; there are never more workers than units of work, and those that are not to be had are done
    without. `lost_a_worker` tells that one was killed, perhaps amid a file.
    """

    def __init__(
        self,
        producer: Producer,
        modules: Sequence[ModuleId],
        make_job: Callable[[ModuleId], Job],
        *,
        keep: Callable[[Sequence[Product]], None],
        meanwhile: Callable[[], None],
        workers: int,
        files: int,
    ) -> None:
        self.lost_a_worker = False
        self._make_job = make_job
        self._keep = keep
        self._meanwhile = meanwhile
        self._is_dealt_out = False
        self._remaining: Iterator[ModuleId] = iter(modules)
        self._done: dict[ModuleId, Made] = {}
        self._unit_of: dict[ModuleId, int] = {}
        self._waiting: dict[int, int] = {}
        self._units = 0
        self._limit = workers * UNITS_PER_WORKER
        self._ears = selectors.DefaultSelector()
        self.workers: list[Worker] = []
        if workers > 1 and files >= WORKERS_FROM_FILES and sys.platform == "linux":
            gc.collect()
            gc.freeze()  # the pages of compiled rules and the inventory stay shared
            for _ in range(min(workers, -(-files // CHUNK_FILES))):
                try:
                    worker = Worker(producer, others=self.workers)
                except OSError:  # no more processes or descriptors to be had
                    break
                self.workers.append(worker)
                self._ears.register(worker.results, selectors.EVENT_READ, worker)
            self._hand_out()

    def take(self, module: ModuleId) -> Product | None:
        """The product of one module, kept already, waiting for it when a worker has it; None when no worker has.

        Raises what went wrong in the worker, or in `keep`.
        """
        unit = self._unit_of.pop(module, None)
        if unit is None:
            return None
        while module not in self._done and any(worker.unit == unit for worker in self.workers):
            self._listen(None)
        made = self._done.pop(module, None)
        self._waiting[unit] -= 1
        if not self._waiting[unit]:
            del self._waiting[unit]
            self._listen(0)
            self._hand_out()
        if isinstance(made, AstrographError):
            raise made
        return made

    def _listen(self, timeout: float | None) -> None:
        """Take what workers have sent, waiting for one of them without a `timeout`; give the next units out."""
        for key, _ in self._ears.select(timeout):
            worker: Worker = key.data
            try:
                made: list[tuple[ModuleId, Made]] = worker.results.recv()
            except (EOFError, OSError):
                self._lose(worker)
            else:
                worker.unit = None
                if products := [product for _, product in made if isinstance(product, Product)]:
                    self._keep(products)
                self._done.update(made)
        self._hand_out()

    def _hand_out(self) -> None:
        for worker in [worker for worker in self.workers if worker.unit is None]:
            if len(self._waiting) >= self._limit:
                return
            jobs = self._next_unit()
            if not jobs:
                if not self._is_dealt_out:
                    self._is_dealt_out = True
                    self._meanwhile()
                return
            self._units += 1
            self._waiting[self._units] = len(jobs)
            self._unit_of.update((job.package.id, self._units) for job in jobs)
            worker.unit = self._units
            try:
                worker.jobs.send(jobs)
            except OSError:
                self._lose(worker)

    def _lose(self, worker: Worker) -> None:
        """Go on without a worker that was killed, or ran out of memory: what it had is made in this process."""
        self.lost_a_worker = True
        self._ears.unregister(worker.results)
        self.workers.remove(worker)
        _end([worker])

    def _next_unit(self) -> list[Job]:
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
        workers, self.workers = self.workers, []
        self._unit_of.clear()
        self._waiting.clear()
        self._ears.close()
        _end(workers)


class Worker:
    """One forked process with a pipe in and a pipe out, at most one unit of work in it (`unit`, None for none).

    With one unit at a time, never both ends are writing: a unit is sent only to a worker that waits for one. Raises
    OSError when no process or pipe is to be had.
    """

    def __init__(self, producer: Producer, *, others: Sequence[Worker]) -> None:
        # fork shares the compiled policy and the inventory instead of pickling them for every unit.
        context = multiprocessing.get_context("fork")
        theirs_in, self.jobs = context.Pipe(duplex=False)
        self.results, theirs_out = context.Pipe(duplex=False)
        self.unit: int | None = None
        not_theirs = [self.jobs, self.results]
        not_theirs += [end for other in others for end in (other.jobs, other.results)]
        self.process = context.Process(
            target=_work, args=(producer, theirs_in, theirs_out, not_theirs, os.getpid()), daemon=True
        )
        try:
            see_room(theirs_in.fileno())
            self.process.start()
        except OSError:
            self.jobs.close()
            self.results.close()
            raise
        finally:
            theirs_in.close()
            theirs_out.close()


def _end(workers: Sequence[Worker]) -> None:
    """Have processes end, and wait until all are gone."""
    for worker in workers:
        worker.process.terminate()
    limit = time.monotonic() + PATIENCE
    for worker in workers:
        worker.process.join(max(0.0, limit - time.monotonic()))
        worker.process.kill()
        worker.process.join()
        worker.jobs.close()
        worker.results.close()


def _work(
    producer: Producer,
    jobs: Connection[object, list[Job]],
    results: Connection[list[tuple[ModuleId, Made]], object],
    not_ours: Sequence[Connection[object, object]],
    parent: int,
) -> None:
    """Answer units until there are no more: the life of a worker.

    It leaves interrupts to its parent, dies with it, and never pauses to collect garbage.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.disable()
    for end in not_ours:
        end.close()
    die_with(parent)
    with suppress(EOFError, OSError):
        while True:
            results.send([made for job in jobs.recv() for made in _produce(producer, job)])


def _produce(producer: Producer, job: Job) -> list[tuple[ModuleId, Made]]:
    """What came of a job, nothing when it failed in a way nobody foresaw: the parent meets that itself, and tells."""
    # A termination waits until the file is whole: no half file stays behind.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        return [(job.package.id, producer.produce(job))]
    except AstrographError as error:
        return [(job.package.id, error)]
    except Exception:  # noqa: BLE001 - see above
        return []
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
