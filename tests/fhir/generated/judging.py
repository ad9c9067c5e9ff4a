"""What no input may do to the validator, and the ways to notice that one did."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from conformance_cli.fhir import Issue, Library, Options, Outcome, ReferencePolicy, Validator
from conformance_cli.fhir.definitions.shapes import shape_library
from conformance_cli.fhir.outcome.operation_outcome import operation_outcome
from tests.fhir.generated.inputs import Input
from tests.fhir.generated.worlds import World

Json = Any

#: Seconds of processor time that an input may take, and after which it is broken off.
LIMIT, PATIENCE = 1.0, 4.0
#: Every so many inputs are held against a validator without shortcuts, and against a new one.
_THOROUGH, _FRESH, _VALID = 3, 100, 20
OPTIONS = (
    Options(),
    Options(allow_unknown_extensions=False, references=ReferencePolicy.EXISTS, refuse_html=True),
    Options(for_publication=True, allow_examples=False, best_practice=None),
    Options(check_contained=False, allow_comments=True, honour_claims=False, max_issues=20),
)


@dataclass(frozen=True)
class Failure:
    """An input that the validator cannot take, and how that shows."""

    world: str
    kind: str
    signature: str
    detail: str
    input: Input


class _HangError(BaseException):
    """Raised in the midst of what takes too long."""


class Judge:
    """Validates inputs in one world and looks at how that went."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.slowest = 0.0
        self._validators = [Validator(world.library, options) for options in OPTIONS]
        self._thorough = [thorough(world.library, options) for options in OPTIONS]
        self._shapes = Validator(shape_library("4.0.1"))

    def failure(self, given: Input, number: int) -> Failure | None:
        """What is wrong with how an input was taken; ``number`` says which checks are its turn."""
        before = time.process_time()
        try:
            with no_sockets(), broken_off_after(PATIENCE):
                outcome = _asked(self._validator(given), given)
                seconds = time.process_time() - before
                told = self._told(given, outcome, number)
        except _HangError:
            return self._failed("hangs", _place(), given)
        except Exception as err:  # noqa: BLE001 - any at all is what is looked for
            return self._failed("raises", _place(), given, f"{type(err).__name__}: {err}")
        if seconds > LIMIT:
            seconds = min(seconds, self._again(given))  # which may have been the first of its type
        self.slowest = max(self.slowest, seconds)
        if seconds > LIMIT:
            return self._failed("is slow", given.kind, given, f"{seconds:.2f} s")
        return told

    def _again(self, given: Input) -> float:
        before = time.process_time()
        _asked(self._validator(given), given)
        return time.process_time() - before

    def _validator(self, given: Input) -> Validator:
        if not given.definitions:
            return self._validators[given.options]
        library = self.world.library.with_resources(given.definitions)  # type: ignore[attr-defined]
        return Validator(library, OPTIONS[given.options])

    def _told(self, given: Input, outcome: Outcome, number: int) -> Failure | None:
        text = json.dumps(operation_outcome(outcome.issues)).encode()
        if number % _VALID == 0:
            broken = [one for one in self._shapes.validate(text).issues if one.is_error]
            if broken:
                return self._failed("is told badly", broken[0].id, given, str(broken[0]))
        if given.definitions or given.options == 3:
            return None  # made anew anyway, or cut short
        if number % _THOROUGH == 0:
            return self._same(outcome, self._thorough[given.options], "depends on shortcuts", given)
        if number % _FRESH == 1:
            new = Validator(self.world.library, OPTIONS[given.options])
            return self._same(outcome, new, "depends on what was before", given)
        return None

    def _same(self, outcome: Outcome, other: Validator, kind: str, given: Input) -> Failure | None:
        mine = Counter(map(_said, outcome.issues))
        theirs = Counter(map(_said, _asked(other, given).issues))
        if mine == theirs:
            return None
        differing = sorted({one[1] for one in (mine - theirs) + (theirs - mine)})
        detail = f"said: {list(mine - theirs)[:3]}, not said: {list(theirs - mine)[:3]}"
        return self._failed(kind, ", ".join(differing[:4]), given, detail)

    def _failed(self, kind: str, where: str, given: Input, detail: str = "") -> Failure:
        return Failure(self.world.name, kind, f"{kind}: {where}", detail, given)


def _asked(validator: Validator, given: Input) -> Outcome:
    supporting = given.supporting or None
    return validator.validate(given.data, profiles=given.profiles, supporting=supporting)


def thorough(library: Library, options: Options) -> Validator:
    """A validator that takes no shortcut: it looks at everything, and evaluates all FHIRPath."""
    made = Validator(library, options)
    made._compiled.look = lambda name: None
    made._compiled.engine.shortcut = lambda expression, type_name: None
    return made


@contextmanager
def no_sockets() -> Iterator[None]:
    """Within, to make a socket is an error."""

    class Refused(socket.socket):
        def __init__(self, *_: Any, **__: Any) -> None:
            raise AssertionError("a socket was made")

    kept, socket.socket = socket.socket, Refused  # type: ignore[misc]
    try:
        yield
    finally:
        socket.socket = kept  # type: ignore[misc]


@contextmanager
def broken_off_after(seconds: float) -> Iterator[None]:
    """Within, too much processor time is ended by an exception that nobody catches."""

    def ring(*_: Any) -> None:
        raise _HangError

    kept: Callable[..., Any] | Any = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, kept)


def _said(one: Issue) -> tuple[str, str, str, str]:
    return str(one.severity), one.id, one.expression, one.text


def _place() -> str:
    """The last two places in the product that the present exception went through."""
    frames = re.findall(r'conformance_cli/(\S+?)", line (\d+)', traceback.format_exc())
    return " < ".join(f"{file}:{line}" for file, line in reversed(frames[-2:])) or "outside"
