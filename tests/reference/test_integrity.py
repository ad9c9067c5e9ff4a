"""Duplicates, retries and conversations (BARS-TI)."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import pytest

from conformance_cli.reference.bars.supplier import BarsSupplier
from tests.reference import payloads
from tests.reference.conftest import fixed_clock
from tests.reference.in_process import Asked, Told, ask
from tests.reference.sender import Sender

DUPLICATE = (409, "REC_CONFLICT", "duplicate")


def ids() -> dict[str, str | None]:
    return {"X_Request_Id": str(uuid4()), "X_Correlation_Id": str(uuid4())}


def test_the_same_message_again_is_a_duplicate(sender: Sender) -> None:
    message, same = sender.booking(), ids()
    assert sender.post(message, **same).status == 200
    assert sender.post(message, **same).problem == DUPLICATE


def test_ids_are_compared_whatever_their_case(sender: Sender) -> None:
    message, same = payloads.referral(), ids()
    shouted = {name: value.upper() for name, value in same.items() if value}
    assert sender.post(message, **same).status == 200
    assert sender.post(message, **shouted).problem == DUPLICATE


def test_a_duplicate_changes_nothing(sender: Sender) -> None:
    message, same = sender.booking(), ids()
    path = f"/Appointment/{sender.post(message, **same).one('Appointment')['id']}"
    before = sender.get(path).content
    sender.post(message, **same)
    assert sender.get(path).content == before


def test_a_message_that_was_refused_may_be_sent_again(sender: Sender) -> None:
    same = ids()
    assert sender.post({"resourceType": "Bundle"}, **same).status == 400
    assert sender.post(payloads.referral(), **same).status == 200


def test_a_later_message_of_a_conversation_is_no_duplicate(sender: Sender) -> None:
    message, first = sender.booking(), ids()
    booked = sender.post(message, **first).one("Appointment")
    later = {**first, "X_Request_Id": str(uuid4())}
    assert sender.post(payloads.cancellation(booked["id"]), **later).status == 200


@pytest.mark.parametrize("changed", ["X_Request_Id", "X_Correlation_Id"])
def test_only_both_ids_together_make_a_duplicate(sender: Sender, changed: str) -> None:
    message, first = payloads.referral(), ids()
    assert sender.post(message, **first).status == 200
    assert sender.post(message, **{**first, changed: str(uuid4())}).status == 200


def test_a_copy_that_arrives_while_the_first_is_in_process_is_too_early() -> None:
    async def two_at_once() -> list[Told]:
        arrived = asyncio.Event()

        async def until_both_are_there(_: float) -> None:
            if not arrived.is_set():
                await arrived.wait()

        receiver = BarsSupplier(clock=fixed_clock, pause=until_both_are_there).application()
        asked = Asked("POST", "/$process-message", body=json.dumps(payloads.referral()).encode())
        first = asyncio.create_task(ask(receiver, asked))
        second = asyncio.create_task(ask(receiver, asked))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        arrived.set()
        return [await first, await second]

    first, second = asyncio.run(two_at_once())
    assert (first.status, second.status) == (200, 425)
    issue = second.body["issue"][0]
    assert issue["details"]["coding"][0]["code"] == "REC_TOO_EARLY"


def test_reads_are_never_duplicates(sender: Sender) -> None:
    same = ids()
    assert [sender.get("/metadata", **same).status for _ in range(2)] == [200, 200]


def test_a_conflict_that_is_no_duplicate_does_not_say_duplicate(sender: Sender) -> None:
    message = sender.booking()
    assert sender.post(message).status == 200
    assert sender.post(message).problem == (409, "REC_CONFLICT", "conflict")
