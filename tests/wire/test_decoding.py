"""Compressed bodies are decoded, and never to more than the bounds allow."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.model.exchange import FailureKind
from conformance_cli.wire.decoding import content_coding, decoded
from conformance_cli.wire.faults import WireFault
from conformance_cli.wire.limits import KIB, MIB, Limits
from tests.wire.raw_server import always, raw_server, response

BODY = b'{"resourceType":"Bundle","total":0}' * 50


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


ENCODED = {
    "gzip": (gzip.compress(BODY), "gzip"),
    "x-gzip": (gzip.compress(BODY), "x-gzip"),
    "gzip in capitals": (gzip.compress(BODY), "GZIP"),
    "gzip of several members": (gzip.compress(BODY[:100]) + gzip.compress(BODY[100:]), "gzip"),
    "gzip with padding": (gzip.compress(BODY) + b"\0" * 100, "gzip"),
    "zlib deflate": (zlib.compress(BODY), "deflate"),
    "raw deflate": (raw_deflate(BODY), "deflate"),
    "identity": (BODY, "identity"),
    "nothing": (BODY, ""),
}


@pytest.mark.parametrize(("data", "coding"), ENCODED.values(), ids=ENCODED.keys())
def test_each_coding_is_decoded(get, data, coding):
    with raw_server(always(response(data, f"Content-Encoding: {coding}"))) as server:
        exchange = get(server.base_url)
    assert exchange.failure is None
    assert exchange.response.body == BODY
    assert exchange.response.header("Content-Encoding") == coding


WRONG = {
    "unknown coding": (BODY, "br", FailureKind.PROTOCOL),
    "two codings": (gzip.compress(gzip.compress(BODY)), "gzip, gzip", FailureKind.PROTOCOL),
    "no gzip though it says so": (BODY, "gzip", FailureKind.PROTOCOL),
    "gzip cut short": (gzip.compress(BODY)[:-12], "gzip", FailureKind.TRUNCATED),
    "gzip with a wrong checksum": (
        gzip.compress(BODY)[:-8] + b"\0" * 8,
        "gzip",
        FailureKind.PROTOCOL,
    ),
    "gzip with rubbish behind": (gzip.compress(BODY) + b"rubbish", "gzip", FailureKind.PROTOCOL),
    "deflate with rubbish behind": (zlib.compress(BODY) + b"x", "deflate", FailureKind.PROTOCOL),
    "more members than anybody needs": (gzip.compress(b"") * 100, "gzip", FailureKind.PROTOCOL),
}


@pytest.mark.parametrize(("data", "coding", "kind"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_decoded_is_a_failure_of_its_kind(get, data, coding, kind):
    with raw_server(always(response(data, f"Content-Encoding: {coding}"))) as server:
        exchange = get(server.base_url)
    assert exchange.failure.kind is kind, exchange.failure
    assert exchange.response is None


def test_a_bomb_is_not_decoded_beyond_the_ratio(get):
    bomb = gzip.compress(b"\0" * 16 * MIB)
    with raw_server(always(response(bomb, "Content-Encoding: gzip"))) as server:
        exchange = get(server.base_url)
    assert exchange.failure.kind is FailureKind.TOO_LARGE
    assert "100 times" in exchange.failure.message


def test_a_body_is_not_decoded_beyond_its_bound(get):
    data = gzip.compress(bytes(range(256)) * 4096)
    with raw_server(always(response(data, "Content-Encoding: gzip"))) as server:
        exchange = get(
            server.base_url, limits=Limits(max_body=512 * KIB, max_ratio=10_000, timeout_s=5)
        )
    assert exchange.failure.kind is FailureKind.TOO_LARGE


def test_a_small_body_may_expand_as_it_likes(get):
    data = gzip.compress(b" " * 900_000)
    with raw_server(always(response(data, "Content-Encoding: gzip"))) as server:
        assert len(get(server.base_url).response.body) == 900_000


@given(
    data=st.binary(max_size=300_000) | st.integers(1, 400_000).map(lambda n: b"ab" * n),
    coding=st.sampled_from(["gzip", "deflate"]),
    step=st.integers(1, 70_000),
)
def test_decoding_gives_back_what_was_encoded_in_pieces_of_any_size(data, coding, step):
    encoded = gzip.compress(data) if coding == "gzip" else zlib.compress(data)
    step = max(step, len(encoded) // 200)
    pieces = [encoded[i : i + step] for i in range(0, len(encoded), step)]
    assert decoded(pieces, coding, Limits(max_ratio=100_000)) == data


@given(st.lists(st.binary(max_size=200), max_size=20), st.sampled_from(["gzip", "deflate"]))
def test_rubbish_never_raises_anything_but_a_fault(pieces, coding):
    kind = None
    try:
        decoded(pieces, coding, Limits())
    except WireFault as fault:
        kind = fault.failure.kind
    assert kind in (None, FailureKind.PROTOCOL, FailureKind.TRUNCATED)


@pytest.mark.parametrize("value", ["", "identity", " , ", "Identity,identity"])
def test_no_coding_is_identity(value):
    assert content_coding(value) == "identity"
