"""Commands that a person will paste into a shell."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance_cli.model.exchange import Evidence, EvidenceBody, EvidenceRequest
from conformance_cli.model.run import DEMO, RunState
from conformance_cli.reporting.shell import curl, next_command, word
from conformance_cli.reporting.text import is_safe
from tests.reporting import fixed_run

_BASH = shutil.which("bash")
needs_bash = pytest.mark.skipif(_BASH is None, reason="there is no bash to ask")


def _evidence(request: EvidenceRequest, *redactions: str) -> Evidence:
    return Evidence(
        id="t/1",
        test="t",
        request=request,
        response=None,
        failure=None,
        started=datetime(2026, 11, 23, tzinfo=UTC),
        elapsed_ms=1,
        redactions=redactions,
    )


def _arguments(command: str, **variables: str) -> list[str]:
    """What bash passes to ``curl``."""
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}\n{command}\n"
    done = subprocess.run(
        [str(_BASH), "--norc", "--noprofile"],
        input=script.encode(),
        env={"LC_ALL": "C.UTF-8", **variables},
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    return done.stdout.decode().split("\0")[:-1]


@needs_bash
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20))
@settings(max_examples=40)
def test_bash_reads_one_word_as_exactly_the_text(text: str):
    quoted = word(text)
    assert is_safe(quoted)
    assert _arguments(f"curl {quoted}") == [text]


@needs_bash
@pytest.mark.parametrize("hostile", ["'; touch pwned; '", "$(id)", "`id`", "\x1b[2J", "a\n; id"])
def test_no_part_of_a_request_can_leave_its_word(hostile: str):
    request = EvidenceRequest(
        "GET",
        f"https://x.test/{hostile}",
        (("If-Match", hostile), ("Accept", "a")),
        EvidenceBody(len(hostile), text=hostile),
    )
    arguments = [a for a in _arguments(curl(_evidence(request))) if a != "--globoff"]
    assert arguments == [
        "--request",
        "GET",
        "--url",
        f"https://x.test/{hostile}",
        "--header",
        f"If-Match: {hostile}",
        "--header",
        "Accept: a",
        "--data-raw",
        hostile,
    ]


@needs_bash
def test_masked_values_stand_as_shell_variables():
    request = EvidenceRequest(
        "GET",
        "https://x.test/",
        (("Authorization", "Bearer ***"), ("X-Tenant", "***"), ("Host", "x.test")),
    )
    command = curl(_evidence(request, "header:x-tenant"))
    assert "***" not in command
    assert _arguments(command, TOKEN="s3cret", X_TENANT="blue") == [
        "--request",
        "GET",
        "--url",
        "https://x.test/",
        "--header",
        "Authorization: Bearer s3cret",
        "--header",
        "X-Tenant: blue",
    ]


@needs_bash
def test_a_masked_part_of_an_address_stands_as_a_variable_that_no_endpoint_can_choose():
    request = EvidenceRequest("GET", "https://x.test/P?identifier=s|[redacted:path]&a={b}")
    assert _arguments(curl(_evidence(request)), REDACTED_PATH="9000000009", PATH="/bin") == [
        "--request",
        "GET",
        "--globoff",
        "--url",
        "https://x.test/P?identifier=s|9000000009&a={b}",
    ]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(EvidenceBody(9, text="x" * 9), id="longer than asked for"),
        pytest.param(EvidenceBody(9, text=None), id="not kept"),
        pytest.param(EvidenceBody(9, text="x", omitted="cut"), id="cut"),
    ],
)
def test_a_body_that_cannot_be_inlined_is_read_from_a_file(body: EvidenceBody):
    command = curl(_evidence(EvidenceRequest("POST", "https://x.test/", (), body)), inline_body=5)
    assert command.endswith("--data-binary @request-body")


def test_after_failures_the_next_command_runs_the_failed_tests_again():
    directory = "conformance-results/20261123-0941-k3"
    assert next_command(fixed_run.view()) == f"conformance run --rerun {directory} --failed"


def of_a_demo(view):
    header = replace(view.run.header, environment=DEMO)
    return replace(view, run=replace(view.run, header=header))


def test_after_a_demo_no_command_names_its_server_which_has_stopped():
    good, bad = of_a_demo(fixed_run.conformant()), of_a_demo(fixed_run.view())
    assert next_command(good) == "conformance init"
    assert next_command(bad).startswith(f"conformance explain {bad.judgement.decided_by[0]} -r ")


def test_after_a_conformant_run_the_next_command_raises_the_gate():
    assert next_command(fixed_run.conformant()).endswith("--gate certify")


def test_an_interrupted_run_is_resumed():
    view = fixed_run.view(replace(fixed_run.run(), state=RunState.INTERRUPTED))
    assert next_command(view) == "conformance run --resume conformance-results/20261123-0941-k3"


def test_an_undecided_run_is_told_what_decides_most_of_it():
    run = fixed_run.run()
    kept = tuple(t for t in run.tests if t.id in ("booking-new", "booking-cancel"))
    header = replace(
        run.header,
        planned=tuple(t.id for t in kept),
        planned_requirements={t.id: t.requirements for t in kept},
        profile=replace(
            run.header.profile,
            requirements=tuple(
                r
                for r in run.header.profile.requirements
                if r.id in {name for t in kept for name in t.requirements}
            ),
        ),
    )
    view = fixed_run.view(replace(run, header=header, tests=kept))
    assert next_command(view).endswith("--allow writes")
