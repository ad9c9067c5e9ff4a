"""Validating in several processes; results come in the order of the inputs."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children

from conformance_cli.cli.validating.checking import Rules, check, validator
from conformance_cli.cli.validating.inputs import Input
from conformance_cli.fhir.outcome.report import Checked
from conformance_cli.model.diagnostics import ConformanceError, ExitCode

#: Inputs that travel to a process together, by number and by bytes.
_BATCH, _BATCH_BYTES = 32, 1024 * 1024
#: Batches under way for each process: enough to keep it busy, few enough to bound memory.
_AHEAD = 3


def check_in_processes(inputs: Iterable[Input], rules: Rules, jobs: int) -> Iterator[Checked]:
    """The result of every input, in order.

    Raises:
        ConformanceError: ``worker-lost``, where a process was killed from outside.

    """
    pool = ProcessPoolExecutor(jobs, initializer=_ready, initargs=(rules,))
    under_way: deque[Future[list[Checked]]] = deque()
    is_through = False
    try:
        for batch in _batches(inputs):
            under_way.append(pool.submit(_check_batch, batch, rules))
            while len(under_way) > jobs * _AHEAD or _is_done(under_way):
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()
        is_through = True
    except KeyboardInterrupt:
        for future in [future for future in under_way if future.done()]:
            yield from future.result()
        raise
    except BrokenProcessPool as error:
        raise ConformanceError.of(
            "worker-lost",
            "a worker process was killed, most likely because memory ran out",
            hint="try fewer --jobs, or split the largest file",
            exit_code=ExitCode.INTERNAL,
        ) from error
    finally:
        if not is_through:
            _stop_workers()
        pool.shutdown(cancel_futures=True)


def _stop_workers() -> None:
    """End what is under way: a batch may take minutes, and nobody waits for its results."""
    for worker in active_children():
        worker.terminate()


def _ready(rules: Rules) -> None:
    """Open the definitions; leave Ctrl-C to the parent, which stops all in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    validator(rules)


def _is_done(under_way: Sequence[Future[list[Checked]]]) -> bool:
    return bool(under_way) and under_way[0].done()


def _check_batch(batch: list[Input], rules: Rules) -> list[Checked]:
    return [check(one, rules) for one in batch]


def _batches(inputs: Iterable[Input]) -> Iterator[list[Input]]:
    batch: list[Input] = []
    size = 0
    for one in inputs:
        batch.append(one)
        size += one.size
        if len(batch) == _BATCH or size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
