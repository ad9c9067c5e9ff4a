"""Planted faults: each shows, and each breaks requirements that the profile has."""

from __future__ import annotations

import asyncio
import functools

import pytest

from conformance_cli.load.catalogue import Catalogue
from conformance_cli.reference.bars.supplier import SUPPLIER, BarsSupplier
from conformance_cli.reference.identity import ACCEPTS_OLD_TLS
from tests.reference.conftest import fixed_clock
from tests.reference.in_process import Told, Waits
from tests.reference.rounds import Round

#: Planted below HTTP, where no request shows it.
TRANSPORT = {ACCEPTS_OLD_TLS}
SHOWING = [fault.name for fault in SUPPLIER.faults if fault.name not in TRANSPORT]
#: What a fault may answer with 5xx, because that is what it is about.
BREAKING = {
    "breaks-on-unparsable-body",
    "breaks-on-other-reasons-to-cancel",
    "breaks-on-update-of-booking",
}


def one_round(*faults: str) -> tuple[list[Told], list[float]]:
    """Everything that a receiver tells in one round, and how long it waited."""
    waits = Waits()
    supplier = BarsSupplier(clock=fixed_clock, pause=waits)
    application = supplier.application(frozenset(faults), "1.1.0")
    return asyncio.run(Round(application).run()), waits.seconds


@functools.cache
def conformant_round() -> tuple[list[Told], list[float]]:
    return one_round()


def test_a_round_is_the_same_every_time() -> None:
    assert one_round() == conformant_round()


def test_a_conformant_receiver_never_waits_and_never_breaks() -> None:
    told, waited = conformant_round()
    assert set(waited) == {0.0}
    assert all(answer.status < 500 or answer.status == 501 for answer in told)


@pytest.mark.parametrize("name", SHOWING)
def test_a_planted_fault_shows(name: str) -> None:
    told, waited = one_round(name)
    assert (told, waited) != conformant_round()
    broken = [answer.status for answer in told if answer.status >= 500 and answer.status != 501]
    assert bool(broken) == (name in BREAKING)


def test_faults_break_requirements_of_the_profile() -> None:
    catalogue = Catalogue.default()
    known = {
        requirement.id
        for version in SUPPLIER.versions
        for requirement in catalogue.profile(f"bars@{version}").requirements
    }
    assert {r for fault in SUPPLIER.faults for r in fault.breaks} <= known


def test_faults_can_be_planted_together() -> None:
    told, _ = one_round("drops-correlation-id", "answers-plain-json")
    headers = dict(told[-1].headers)
    assert b"x-correlation-id" not in headers
    assert headers[b"content-type"] == b"application/json"


def test_all_faults_can_be_planted_at_once() -> None:
    told, _ = one_round(*SHOWING)
    assert len(told) == len(conformant_round()[0])
