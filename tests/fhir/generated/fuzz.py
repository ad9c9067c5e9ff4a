"""Throws damaged resources and definitions at the validator, and tells what it cannot take.

    python -m tests.fhir.generated.fuzz COUNT [SEED]

No input may raise an exception, take a second of processor time, or have a socket opened;
what is said of one may depend neither on shortcuts nor on what was validated before; and
the memory that is taken stays bounded.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator, Sequence
from random import Random

from tests.corpora.packaged import are_at_hand, packaged
from tests.fhir.generated.inputs import Input, inputs
from tests.fhir.generated.judging import Failure, Judge
from tests.fhir.generated.minimise import minimised
from tests.fhir.generated.worlds import World, shapes

#: Failures that are shown, each of another kind.
SHOWN = 10
#: Bytes of address space beyond which allocations fail.
_SPACE = 6 * 1024**3


class Fuzz:
    """Judges a stream of inputs, and keeps those that fail, by what they have in common."""

    def __init__(self, found: Sequence[World], seed: int) -> None:
        self._judges = [Judge(world) for world in found]
        self._source = Random(seed)
        self.failures: dict[str, list[Failure]] = {}
        self.kinds: dict[str, int] = {}

    def run(self, count: int) -> None:
        """Judge so many inputs."""
        for number, (judge, given) in enumerate(self._stream(count)):
            kind = f"{judge.world.name} {given.kind}"
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
            failure = judge.failure(given, number)
            if failure is not None:
                self.failures.setdefault(failure.signature, []).append(failure)

    @property
    def slowest(self) -> float:
        """Seconds of processor time that the slowest input took."""
        return max(judge.slowest for judge in self._judges)

    def shown(self) -> Iterator[str]:
        """The first failures of each kind, the smallest input that shows it each."""
        for signature, alike in list(self.failures.items())[:SHOWN]:
            first = min(alike, key=lambda one: len(repr(one.input.data)))
            judge = next(one for one in self._judges if one.world.name == first.world)
            yield f"{len(alike)} x {signature}\n  {first.detail}\n  {minimised(first, judge)}\n"

    def _stream(self, count: int) -> Iterator[tuple[Judge, Input]]:
        streams = [inputs(judge.world, self._source) for judge in self._judges]
        for _ in range(count):
            which = self._source.randrange(len(streams))
            yield self._judges[which], next(streams[which])


def main(arguments: Sequence[str]) -> int:
    """Fuzz as often as the arguments say; 1 if anything failed."""
    count = int(arguments[0]) if arguments else 1_000
    seed = int(arguments[1]) if len(arguments) > 1 else 0
    resource.setrlimit(resource.RLIMIT_AS, (_SPACE, _SPACE))
    found = [shapes()]
    if are_at_hand():
        found.append(packaged())
    fuzz = Fuzz(found, seed)
    fuzz.run(min(count, 1_000))
    early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fuzz.run(max(0, count - 1_000))
    late = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for text in fuzz.shown():
        _say(text)
    total = sum(map(len, fuzz.failures.values()))
    _say(
        f"{count} inputs with seed {seed}: {total} failures of {len(fuzz.failures)} kinds; slowest "
        f"{fuzz.slowest:.2f} s; {time.process_time():.0f} s of processor time in all; "
        f"memory {early // 1024} MiB after 1,000 inputs, {late // 1024} MiB at the end; "
        f"{fuzz.kinds}"
    )
    return 1 if fuzz.failures else 0


def _say(text: str) -> None:
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
