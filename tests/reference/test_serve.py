"""Serving reference suppliers on loopback, and finding them by name."""

from __future__ import annotations

import socket
import threading
import time
from urllib.parse import urlsplit

import pytest
import requests

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.reference import Fault, loopback_identity, serve, supplier, suppliers
from tests.reference import payloads
from tests.reference.conftest import sender_to
from tests.reference.sender import Sender


def test_the_port_is_chosen_by_the_system_and_only_loopback_listens() -> None:
    with serve(supplier("bars")) as one, serve(supplier("bars")) as other:
        assert one.base_url != other.base_url
        assert {urlsplit(r.base_url).hostname for r in (one, other)} == {"127.0.0.1"}
        for running in (one, other):
            sender = Sender(running.base_url)
            assert sender.get("/metadata").status == 200
            sender.close()


def test_with_an_identity_it_speaks_tls_that_verifies() -> None:
    with (
        loopback_identity() as identity,
        serve(supplier("bars"), identity=identity) as running,
    ):
        assert running.base_url.startswith("https://127.0.0.1:")
        url, trusted = f"{running.base_url}/metadata", str(running.authority)
        answer = requests.get(url, headers=payloads.headers(), verify=trusted, timeout=5)
        assert answer.status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(url, headers=payloads.headers(), timeout=5)


def test_two_servers_share_no_state() -> None:
    with sender_to() as one, sender_to() as other:
        appointment = one.book()
        assert other.get(f"/Appointment/{appointment['id']}").status == 404


def test_a_server_is_gone_when_its_block_ends() -> None:
    with serve(supplier("bars")) as running:
        address = urlsplit(running.base_url)
        idle = requests.Session()
        idle.get(f"{running.base_url}/metadata", headers=payloads.headers(), timeout=5)
    idle.close()
    assert not any(t.name == "reference-bars" for t in threading.enumerate())
    with pytest.raises(ConnectionRefusedError), socket.socket() as probe:
        probe.connect((address.hostname, address.port))


def test_requests_are_counted() -> None:
    with serve(supplier("bars")) as running:
        sender = Sender(running.base_url)
        for _ in range(3):
            sender.get("/metadata")
        sender.close()
        assert running.requests == 3


def test_latency_is_added_to_every_response() -> None:
    with serve(supplier("bars"), latency_ms=80) as running:
        sender = Sender(running.base_url)
        started = time.perf_counter()
        sender.get("/metadata")
        assert time.perf_counter() - started >= 0.08
        sender.close()


def test_a_port_can_be_asked_for_and_be_taken() -> None:
    with serve(supplier("bars")) as running:
        port = urlsplit(running.base_url).port
        assert port is not None
        with pytest.raises(ConformanceError) as refused, serve(supplier("bars"), port=port):
            pass
    assert refused.value.diagnostics[0].code == "port-not-available"
    with serve(supplier("bars"), port=port) as again:
        assert again.base_url.endswith(f":{port}")


def test_waiting_ends_with_the_server() -> None:
    with serve(supplier("bars")) as running:
        waiting = threading.Thread(target=running.wait)
        waiting.start()
        assert waiting.is_alive()
    waiting.join(timeout=5)
    assert not waiting.is_alive()


def test_suppliers_are_found_by_name() -> None:
    assert "bars" in suppliers()
    assert supplier("bars").name == "bars"
    with pytest.raises(ConformanceError) as unknown:
        supplier("barz")
    [diagnostic] = unknown.value.diagnostics
    assert (diagnostic.code, diagnostic.hint) == ("supplier-not-found", 'did you mean "bars"?')


def test_unknown_faults_are_named_with_their_nearest_match() -> None:
    with pytest.raises(ConformanceError) as unknown:
        supplier("bars").application(frozenset({"accepts-taken-slots"}), "1.0.0")
    [diagnostic] = unknown.value.diagnostics
    assert diagnostic.code == "fault-not-found"
    assert diagnostic.hint == 'did you mean "accepts-taken-slot"?'


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(ConformanceError) as unknown:
        supplier("bars").application(frozenset(), "9.9.9")
    assert unknown.value.diagnostics[0].code == "reference-version-not-found"


def test_faults_say_what_they_break() -> None:
    faults = supplier("bars").faults
    assert all(isinstance(fault, Fault) and fault.breaks for fault in faults)
    assert len({fault.name for fault in faults}) == len(faults)
    assert all(fault.title.endswith(".") for fault in faults)
