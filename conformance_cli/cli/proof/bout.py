"""A bout: every trial of a pack, several at a time, and what they prove together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from conformance_cli.cli.proof.trial import Attempt, Trial
from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.pack import TestPack
from conformance_cli.model.profile import Profile

#: Told of every finished trial, how many are finished, and of how many.
Progress = Callable[[Trial, int, int], None]


@dataclass(frozen=True, slots=True)
class Bout:
    """What is to be proven: a pack over a profile, with these faults."""

    pack: TestPack
    profile: Profile
    faults: tuple[str, ...]

    @classmethod
    def of(cls, pack: TestPack, profile: Profile, wanted: Iterable[str] = ()) -> Self:
        """All faults of a pack, or those that are wanted.

        Raises:
            ConformanceError: the pack names no supplier, or has no such fault.

        """
        if not pack.reference:
            raise ConformanceError.of(
                "pack-without-reference",
                f"{pack.ref} names no reference supplier, so no fault can be planted",
                place=pack.path,
                hint="name one with `reference:` in its pack.yaml",
            )
        known = tuple(expectation.fault for expectation in pack.faults)
        for name in wanted:
            _check_known(pack, name, known)
        return cls(pack, profile, tuple(wanted) or known)


@dataclass(frozen=True, slots=True)
class Proof:
    """All trials of a bout."""

    bout: Bout
    conformant: Trial
    trials: tuple[Trial, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether every trial holds.  Without a single fault nothing is proven."""
        held = all(trial.holds for trial in (self.conformant, *self.trials))
        return held and bool(self.trials)

    @property
    def proven(self) -> frozenset[str]:
        """Requirements that a planted fault broke, and that the pack found broken."""
        return frozenset(r for t in self.trials for r in t.expected if r in t.broken)


def prove(bout: Bout, jobs: int, progress: Progress) -> Proof:
    """Try the conformant supplier and every fault, ``jobs`` at a time."""
    clock = time.monotonic()
    names = ("", *bout.faults)
    done: dict[str, Trial] = {}
    for trial in _tried(Attempt(bout.pack, bout.profile), names, min(jobs, len(names))):
        done[trial.fault] = trial
        progress(trial, len(done), len(names))
    trials = tuple(done[name] for name in bout.faults)
    return Proof(bout, done[""], trials, time.monotonic() - clock)


def _tried(attempt: Attempt, names: Iterable[str], jobs: int) -> Iterator[Trial]:
    if jobs == 1:
        yield from map(attempt.trial, names)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    # fresh interpreters: a fork would copy locks that a thread of ours may hold
    context = get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_leave_interrupts) as pool:
        futures = [pool.submit(attempt.trial, name) for name in names]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _leave_interrupts() -> None:
    """Ctrl-C reaches the whole process group; the parent answers it for all."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _check_known(pack: TestPack, name: str, known: tuple[str, ...]) -> None:
    if name in known:
        return
    from difflib import get_close_matches

    nearest = get_close_matches(name, known, n=1)
    raise ConformanceError.of(
        "fault-not-found",
        f'{pack.ref} expects nothing of a fault "{name}"',
        place=pack.path,
        hint=f'did you mean "{nearest[0]}"?' if nearest else "see `faults:` in its pack.yaml",
    )
