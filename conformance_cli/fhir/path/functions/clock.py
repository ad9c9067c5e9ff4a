"""Functions that tell the time (FHIRPath 2.0, 5.10): the one that the caller gives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from conformance_cli.fhir.path.functions.function import Function, plain
from conformance_cli.fhir.path.runtime import EvaluationError, Frame, Items
from conformance_cli.fhir.path.temporal import Temporal, parse_temporal

#: Functions of the clock, and what to write instead where none is given.
CLOCKS: Mapping[str, str] = {
    "now": "write ${now}",
    "today": "write ${today}",
    "timeOfDay": "write ${format(now, 'T%H:%M:%S')}",
}


def _now(frame: Frame, _: Items) -> Items:
    return [_read(_clock(frame).isoformat(timespec="milliseconds"))]


def _today(frame: Frame, _: Items) -> Items:
    return [_read(_clock(frame).date().isoformat())]


def _time_of_day(frame: Frame, _: Items) -> Items:
    now = _clock(frame)
    second = now.second + Decimal(now.microsecond // 1000) / 1000
    text = now.time().replace(tzinfo=None).isoformat(timespec="milliseconds")
    return [Temporal("Time", text, (Decimal(now.hour), Decimal(now.minute), second))]


def _clock(frame: Frame) -> datetime:
    if frame.run.now is None:
        raise EvaluationError("there is no clock here")
    return frame.run.now


def _read(text: str) -> Temporal:
    found = parse_temporal(text)
    assert found is not None  # noqa: S101 - a time of Python is written so that it can be read
    return found


CLOCK: Mapping[str, Function] = {
    "now": plain(_now),
    "today": plain(_today),
    "timeOfDay": plain(_time_of_day),
}
