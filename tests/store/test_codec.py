"""What is written can be read back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.model.exchange import Evidence
from conformance_cli.model.judgement import LevelCount
from conformance_cli.model.pack import BodyTemplate, Fixture, Step, TestPack
from conformance_cli.model.result import PreflightResult, PreflightStatus
from conformance_cli.model.run import Run, RunHeader, RunSettings
from conformance_cli.store.codec import CodecError, decode, encode
from tests.strategies import evidence, packs, profiles, runs


@given(runs())
def test_a_run_is_read_back_as_it_was_written(run: Run) -> None:
    assert decode(encode(run), Run) == run


@given(evidence())
def test_evidence_is_read_back_as_it_was_written(item: Evidence) -> None:
    assert decode(encode(item), Evidence) == item


@given(st.data())
def test_a_pack_is_read_back_as_it_was_written(data: st.DataObject) -> None:
    pack = data.draw(packs(data.draw(profiles())))
    assert decode(encode(pack), TestPack) == pack


@pytest.mark.parametrize(
    "value",
    [
        Fixture("service", "A service", verify=(Step(call="read", query={"_count": 1}),)),
        BodyTemplate(content={"a": [None, 1.5, "${x}"]}, set={"Appointment.status": "booked"}),
        RunSettings(options={"booking": True}, include=("a*",)),
        LevelCount("SHALL", 1, {"pass": 1}, 0, 0),
    ],
)
def test_mappings_nesting_and_free_json_are_read_back(value: Any) -> None:
    assert decode(encode(value), type(value)) == value


@given(runs())
def test_a_value_takes_one_line(run: Run) -> None:
    assert b"\n" not in encode(run)
    assert b"\r" not in encode(run)


def test_half_a_surrogate_pair_is_replaced_and_breaks_nothing() -> None:
    result = PreflightResult("dns \U0001f980 \ud800 end", PreflightStatus.OK, "\udfff")
    read = decode(encode(result), PreflightResult)
    assert (read.name, read.message) == ("dns \U0001f980 \ufffd end", "\ufffd")


def test_members_of_a_newer_tool_are_passed_over() -> None:
    newer = b'{"name":"dns","status":"ok","message":"","mood":"sunny"}'
    assert decode(newer, PreflightResult) == PreflightResult("dns", PreflightStatus.OK, "")


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"name":1}', b'{"name":"\xff"}', b"[" * 100_000]
)
def test_what_is_not_the_value_is_an_error_of_its_own(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode(data, PreflightResult)


@given(runs())
def test_a_naive_time_stays_naive(run: Run) -> None:
    naive = replace(run.header, started=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
    assert decode(encode(naive), RunHeader) == naive


def test_times_keep_their_microseconds() -> None:
    moment = datetime(2026, 11, 23, 10, 11, 12, 123456, tzinfo=UTC)
    assert decode(encode(moment), datetime) == moment
