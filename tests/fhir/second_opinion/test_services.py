"""Asking other validators: what is sent, what is understood, and what it may not do to us."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from contextlib import suppress

import pytest

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.second_opinion import exchange
from conformance_cli.fhir.second_opinion.question import Question, service_at
from conformance_cli.fhir.second_opinion.server import FhirServer
from conformance_cli.fhir.second_opinion.wrapper import ValidatorWrapper
from tests.miniatures import Answer, miniature

PATIENT = b'{"resourceType": "Patient", "active": "yes"}'
QUESTION = Question(PATIENT, "json", "Patient", ("https://example.org/p",))
WRAPPED = {
    "outcomes": [
        {
            "fileInfo": {"fileName": "resource.json"},
            "issues": [
                {
                    "line": 1, "col": 40, "location": "Patient.active", "level": "ERROR",
                    "message": "Wrong type", "messageId": "Some_Id", "type": "INVALID",
                },
                {"location": "Patient", "level": "NULL", "message": None},
            ],
        }
    ],
    "sessionId": "1",
}  # fmt: skip
OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [
        {"severity": "error", "code": "value", "diagnostics": "bad", "expression": ["Patient.x"]},
        {"severity": "warning", "code": "value", "details": {"text": "so"}, "location": ["/a"]},
    ],
}
JUNK = (
    b"", b"<html>", b"[]", b"null", b"1", b'{"outcomes": 5}', b'{"outcomes": [7]}', b"[" * 100_000,
    b'{"outcomes": [{"issues": {}}]}', b'{"resourceType": "Patient"}', b'{"issue": [1]}',
)  # fmt: skip


def test_the_url_says_which_kind_of_service_it_is() -> None:
    assert isinstance(service_at("https://x.example/validate", "4.0.1"), ValidatorWrapper)
    assert isinstance(service_at("https://x.example/fhir", "4.0.1"), FhirServer)
    assert service_at("https://x.example/fhir/$validate", "4.0.1").url == "https://x.example/fhir"


def test_a_wrapper_is_sent_context_and_file() -> None:
    with miniature(lambda asked: Answer(200, WRAPPED)) as service:
        url = f"{service.base_url}/validate"
        opinion = service_at(url, "4.0.1", ["hl7.fhir.uk@1.0.0"]).ask(QUESTION)
    (asked,) = service.asked
    assert (asked.method, asked.path) == ("POST", "/validate")
    assert asked.json() == {
        "cliContext": {
            "sv": "4.0.1", "igs": ["hl7.fhir.uk#1.0.0"], "profiles": ["https://example.org/p"],
            "locale": "en",
        },
        "filesToValidate": [
            {"fileName": "resource.json", "fileContent": PATIENT.decode(), "fileType": "json"}
        ],
    }  # fmt: skip
    first, second = opinion.remarks
    assert (first.severity, first.expression, first.id) == (
        Severity.ERROR, "Patient.active", "Some_Id",
    )  # fmt: skip
    assert second.severity is Severity.INFORMATION
    assert opinion.valid is False


def test_a_server_is_asked_by_type_and_profile() -> None:
    with miniature(lambda asked: Answer(412, OUTCOME)) as service:
        opinion = service_at(service.base_url, "4.0.1").ask(QUESTION)
    (asked,) = service.asked
    assert asked.path == "/Patient/$validate?profile=https%3A%2F%2Fexample.org%2Fp"
    assert asked.headers["content-type"].startswith("application/fhir+json")
    assert asked.body == PATIENT
    assert [r.text for r in opinion.remarks] == ["bad", "so"]
    assert [r.expression for r in opinion.remarks] == ["Patient.x", "/a"]


def test_a_server_is_asked_once_for_each_profile() -> None:
    question = Question(PATIENT, "json", "Patient", ("https://a.example", "https://b.example"))
    with miniature(lambda asked: Answer(200, OUTCOME)) as service:
        opinion = FhirServer(service.base_url).ask(question)
    assert len(service.asked) == 2
    assert len(opinion.remarks) == 2


@pytest.mark.parametrize("kind", [None, "", "../admin", "Patient?x=", "a" * 5_000])
def test_a_type_from_a_hostile_file_never_gets_into_a_url(kind: str | None) -> None:
    with miniature(lambda asked: Answer(200, OUTCOME)) as service:
        opinion = FhirServer(service.base_url).ask(Question(b"{}", "json", kind))
    assert service.asked == []
    assert opinion.problem


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
@pytest.mark.parametrize("path", ["/validate", "/fhir"])
def test_an_answer_of_any_shape_is_a_problem_and_no_crash(junk: bytes, path: str) -> None:
    with miniature(lambda asked: Answer(200, junk)) as service:
        opinion = service_at(service.base_url + path, "4.0.1").ask(QUESTION)
    assert opinion.problem
    assert opinion.valid is None


@pytest.mark.parametrize("status", [301, 401, 404, 500])
@pytest.mark.parametrize("path", ["/validate", "/fhir"])
def test_a_status_that_is_no_answer_is_a_problem(status: int, path: str) -> None:
    headers = {"Location": "http://127.0.0.1:1/"}
    with miniature(lambda asked: Answer(status, {"a": 1}, headers)) as service:
        assert service_at(service.base_url + path, "4.0.1").ask(QUESTION).problem
    assert len(service.asked) == 1


def test_a_service_that_is_not_there_is_a_problem() -> None:
    opinion = FhirServer("http://127.0.0.1:9").ask(QUESTION)
    assert opinion.problem == "it cannot be reached (no connection)"


def test_a_slow_service_is_left() -> None:
    never = threading.Event()
    with miniature(lambda asked: Answer(200, OUTCOME, hold=never)) as service:
        opinion = FhirServer(service.base_url, timeout_s=0.2).ask(QUESTION)
        never.set()
    assert opinion.problem


def test_a_service_that_sends_a_little_now_and_then_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
                with suppress(OSError):
                    while not stop.wait(0.05):
                        connection.sendall(b" ")

        thread = threading.Thread(target=drip)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        opinion = FhirServer(url, timeout_s=0.4).ask(QUESTION)
        stop.set()
        thread.join()
    assert "too long" in opinion.problem


def test_only_so_much_of_an_answer_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MAX_ANSWER", 100)
    with miniature(lambda asked: Answer(200, b" " * 1_000)) as service:
        assert "more than 100 bytes" in FhirServer(service.base_url).ask(QUESTION).problem


def test_credentials_of_the_environment_are_not_sent(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    with miniature(lambda asked: Answer(200, OUTCOME)) as service:
        FhirServer(service.base_url).ask(QUESTION)
    assert "authorization" not in service.asked[0].headers


def test_nothing_heavy_is_imported_before_a_service_is_asked() -> None:
    program = (
        "import sys, json; from conformance_cli.fhir.second_opinion import question, server, "
        "wrapper, lines; print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "requests" not in json.loads(done.stdout)
