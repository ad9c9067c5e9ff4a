"""Memory stays bounded however much an endpoint sends."""

from __future__ import annotations

import subprocess
import sys
import zlib

import pytest

from conformance_cli.wire.limits import MIB
from tests.wire.raw_server import Conversation, raw_server

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nConnection: close\r\n"

#: Sends one request in a process of its own, redacts it, and tells the peak in KiB.
PROGRAM = """
import sys
from pathlib import Path
from conformance_cli.model.exchange import Request
from conformance_cli.wire.client import Client
from conformance_cli.wire.limits import Limits
from conformance_cli.wire.redaction import Redactor

redactor = Redactor()
client = Client(sys.argv[1], redactor=redactor, limits=Limits(max_body=int(sys.argv[2])))
exchange = client.send(Request("GET", sys.argv[1] + "/"), "t/1")
evidence = redactor.evidence(exchange, test="t", keep_body=True)
client.close()
print(exchange.failure.kind.value if exchange.failure else len(exchange.response.body))
# not getrusage: a child starts from the peak of the process that it was forked from
peak = next(line for line in Path("/proc/self/status").open() if line.startswith("VmHWM"))
print(peak.split()[1])
"""


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def two_hundred_megabytes(talk: Conversation) -> bool:
    talk.send(HEAD, b"Transfer-Encoding: chunked\r\n\r\n", chunk(b'{"resourceType":"Bundle"'))
    for _ in range(200):
        talk.send(chunk(b" " * MIB))
    talk.send(chunk(b"}"), b"0\r\n\r\n")
    return False


def gzip_bomb(talk: Conversation) -> bool:
    compressor = zlib.compressobj(9, wbits=31)
    talk.send(HEAD, b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(2000):
        piece = compressor.compress(b"\0" * MIB)
        if piece:
            talk.send(chunk(piece))
    talk.send(chunk(compressor.flush()), b"0\r\n\r\n")
    return False


def just_within(talk: Conversation) -> bool:
    size = 32 * MIB
    start, end = b'{"resourceType":"Patient","name":[{"family":"', b'"}]}'
    talk.send(HEAD, b"Content-Length: %d\r\n\r\n" % size, start)
    talk.send(b"x" * (size - len(start) - len(end)), end)
    return False


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (two_hundred_megabytes, "too-large"),
        (gzip_bomb, "too-large"),
        (just_within, str(32 * MIB)),
    ],
    ids=["200 MB of JSON", "2 GB in a gzip bomb", "exactly the limit"],
)
def test_the_peak_stays_under_300_mb(script, told):
    with raw_server(script) as server:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, server.base_url, str(32 * MIB)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    result, peak_kib = done.stdout.split()
    assert result == told
    assert int(peak_kib) < 300 * 1024
