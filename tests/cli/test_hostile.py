"""Secrets that must not be written, and endpoints that mean harm."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from tests.cli.endpoint import endpoint, run_of
from tests.cli.program import Finished, conformance
from tests.miniatures import Answer, Asked

TOKEN = "tok-3f9a7c51e8b24d60-canary"
PATIENT = "pat-77-canary-8821"
PASSWORD = "pw-canary-0d4f6b"


def every_file(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def forms(secret: str) -> list[bytes]:
    import base64
    from urllib.parse import quote

    raw = secret.encode()
    return [raw, quote(secret, safe="").encode(), base64.b64encode(raw)]


def echoing(asked: Asked) -> Answer | None:
    """Repeats everything that it was sent, in headers and bodies."""
    if asked.path == "/metadata":
        return None
    return Answer(
        500,
        {"resourceType": "OperationOutcome", "issue": [{"diagnostics": json.dumps(asked.headers)}],
         "path": asked.path, "body": asked.body.decode()},
        {"X-Echo": asked.headers.get("authorization", ""), "Location": asked.path},
    )  # fmt: skip


@pytest.mark.parametrize("scheme", ["bearer", "basic"])
def test_no_secret_and_no_fixture_value_is_in_any_file_or_output(scheme, tmp_path) -> None:
    block = {
        "bearer": 'scheme = "bearer"\ntoken = "env:CANARY"',
        "basic": 'scheme = "basic"\nuser = "someone"\npassword = "env:CANARY"',
    }[scheme]
    secret = {"bearer": TOKEN, "basic": PASSWORD}[scheme]
    (tmp_path / "conformance.toml").write_text(
        f"[auth]\n{block}\n[run]\nkeep-bodies = 'all'\n[fixtures]\npatient = '{PATIENT}'\n"
    )
    with endpoint(echoing) as served:
        arguments = [a for a in run_of(served) if not a.startswith("patient=")]
        arguments.remove("--fixture")
        ended = conformance(
            *arguments, "--report", "markdown", "--report", "junit", "-vv",
            cwd=tmp_path, env={"CANARY": secret},
        )  # fmt: skip
    sent = [asked.headers.get("authorization", "") for asked in served.asked]
    assert any(sent), "the endpoint was given the credential"
    files = every_file(tmp_path / "conformance-results")
    assert len(files) > 8
    files |= {"stdout": ended.out.encode(), "stderr": ended.err.encode()}
    for canary in (secret, PATIENT):
        for form in forms(canary):
            assert [name for name, content in files.items() if form in content] == []


def test_the_run_directory_can_be_read_by_its_owner_only(tmp_path) -> None:
    with endpoint() as served:
        conformance(*run_of(served), cwd=tmp_path)
    (run,) = (tmp_path / "conformance-results").iterdir()
    assert run.stat().st_mode & 0o077 == 0


def test_show_config_shows_references_and_never_secrets(tmp_path) -> None:
    (tmp_path / "conformance.toml").write_text(
        'profile = "mini"\n[auth]\nscheme = "basic"\nuser = "u"\npassword = "env:CANARY"\n'
        '[network]\nproxy = "http://me:${CANARY}@proxy.example:3128"\n'
    )
    ended = conformance("check", "--show-config", cwd=tmp_path, env={"CANARY": PASSWORD})
    assert ended.code == 0
    assert "env:CANARY" in ended.out
    assert re.search(r"profile +mini +conformance\.toml:1", ended.out)
    assert PASSWORD not in ended.out + ended.err


def test_a_crash_report_holds_no_secret(tmp_path) -> None:
    # The interpreter reads this before our program: a fault in the middle of a run.
    (tmp_path / "sitecustomize.py").write_text(
        "import conformance_cli.engine.runner as r\n"
        "def events(self):\n"
        f"    raise ValueError('the token {TOKEN} of {PATIENT} broke it')\n"
        "    yield\n"
        "r.Runner.events = events\n"
    )
    environment = {
        "PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path), "CANARY": TOKEN, "PYTHONWARNINGS": "",
    }  # fmt: skip
    with endpoint() as served:
        ended = conformance(
            *run_of(served, "--token-env", "CANARY", "--fixture", f"patient={PATIENT}", "-vv"),
            cwd=tmp_path, env=environment,
        )  # fmt: skip
    assert ended.code == 4
    (report,) = tmp_path.glob("conformance-crash-*.txt")
    assert str(report) in ended.err
    text = report.read_text()
    assert "ValueError" in text
    for said in (text, ended.err, ended.out):
        assert TOKEN not in said
        assert PATIENT not in said


ESCAPES = "\x1b[2J\x1b]0;owned\x07\u202e<script>alert(1)</script>"


def bomb() -> bytes:
    return gzip.compress(b"{" + b" " * 64 * 1024 * 1024)


HOSTILE = {
    "terminal escapes and markup": lambda _: Answer(
        200, {"resourceType": ESCAPES, "id": ESCAPES}, {"X-Evil": "a<script>alert(1)</script>"}
    ),
    "a decompression bomb": lambda _: Answer(200, bomb(), {"Content-Encoding": "gzip"}),
    "JSON that nests without end": lambda _: Answer(200, b"[" * 200_000),
    "what is not UTF-8": lambda _: Answer(200, b'{"resourceType": "\xff\xfe"}'),
    "a redirect elsewhere": lambda _: Answer(302, b"", {"Location": "http://127.0.0.1:1/steal"}),
    "numbers without end": lambda _: Answer(200, b'{"resourceType": ' + b"9" * 1_000_000 + b"}"),
    "duplicate keys": lambda _: Answer(200, b'{"resourceType":"Patient","resourceType":"X"}'),
    "half a body": lambda _: Answer(200, b"{", {"Transfer-Encoding": "chunked"}),
    "headers without end": lambda _: Answer(200, {}, {f"X-{n}": "x" * 500 for n in range(400)}),
}


@pytest.fixture(scope="module")
def whole_run_against():
    def run(reply, folder: Path) -> Finished:
        def instead(asked: Asked) -> Answer | None:
            return None if asked.path == "/metadata" else reply(asked)

        with endpoint(instead) as served:
            return conformance(*run_of(served, "--timeout", "500ms", "--retries", "0"), cwd=folder)

    return run


@pytest.mark.parametrize("harm", HOSTILE)
def test_a_hostile_endpoint_fails_or_is_undecided_and_harms_nobody(
    harm, whole_run_against, tmp_path
) -> None:
    ended = whole_run_against(HOSTILE[harm], tmp_path)
    assert ended.code in (1, 3), ended.err
    for text in (ended.out, ended.err):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "Traceback" not in text
    (run,) = (tmp_path / "conformance-results").iterdir()
    assert "<script>alert(1)" not in (run / "report.html").read_text()
    assert json.loads((run / "report.json").read_text())["outcome"] != "conformant"
