"""The demo, and the proof of a pack by planted faults.

Most use the small standard and a supplier of it that an installed package brings; the
bundled standard is shown once each way.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.endpoint import BASE, CATALOGUE
from tests.cli.program import PATIENCE_S, command, conformance, environment

PLUGIN = Path(__file__).parent / "plugin"


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package with the small standard's supplier is installed."""
    monkeypatch.syspath_prepend(str(PLUGIN))


def changed_catalogue(tmp_path: Path, old: str, new: str) -> tuple[str, str]:
    """The small standard with one line of its pack changed."""
    copy = tmp_path / "catalogue"
    shutil.copytree(CATALOGUE, copy)
    pack = copy / "test_packs/mini/1.0.0/pack.yaml"
    text = pack.read_text()
    assert old in text
    pack.write_text(text.replace(old, new))
    return ("--catalogue", str(copy))


@pytest.mark.usefixtures("plugin")
def test_a_pack_that_catches_every_fault_is_proven(tmp_path, cli) -> None:
    ended = cli("pack", "test", "mini", *BASE, "--jobs", "1", cwd=tmp_path)
    assert ended.code == 0, ended.out + ended.err
    assert "caught  3/3 faults" in ended.out
    assert "proven  3/5 SHALLs (60%), 3/4 (75%) of those that HTTP can show" in ended.out
    assert "4/4 " in ended.err, "progress is talk"


@pytest.mark.usefixtures("plugin")
def test_faults_run_in_processes_of_their_own_and_say_the_same(tmp_path) -> None:
    ended = conformance(
        "pack", "test", "mini", *BASE, "--jobs", "4", "--format", "json",
        cwd=tmp_path, env={"PYTHONPATH": str(PLUGIN)},
    )  # fmt: skip
    assert ended.code == 0, ended.err
    (proof,) = ended.json()
    assert [trial["result"] for trial in proof["trials"]] == [
        "passes",
        "caught",
        "caught",
        "caught",
    ]
    assert proof["proven"] == [
        "MINI-READ-001", "MINI-READ-002", "MINI-READ-003", "MINI-WRITE-001",
    ]  # fmt: skip


@pytest.mark.usefixtures("plugin")
def test_a_fault_that_no_test_notices_is_uncaught(tmp_path, cli) -> None:
    extra = changed_catalogue(tmp_path, "faults:\n", "faults:\n  does-nothing: [MINI-READ-001]\n")
    ended = cli(
        "pack", "test", "mini", *extra, "--fault", "does-nothing", "--jobs", "1", cwd=tmp_path
    )
    assert ended.code == 1
    assert "UNCAUGHT" in ended.out
    assert "uncaught: MINI-READ-001 should fail, and does not" in ended.out


@pytest.mark.usefixtures("plugin")
def test_a_fault_blamed_on_something_else_is_wrong_blame(tmp_path, cli) -> None:
    extra = changed_catalogue(tmp_path, "[MINI-READ-001, MINI-WRITE-001]", "[MINI-READ-001]")
    ended = cli("pack", "test", "mini", *extra, "--jobs", "1", cwd=tmp_path)
    assert ended.code == 1
    assert "WRONG BLAME" in ended.out
    assert "MINI-WRITE-001 by created-patient" in ended.out


@pytest.mark.usefixtures("plugin")
def test_a_test_that_the_conformant_supplier_fails_is_wrong(tmp_path, cli) -> None:
    extra = changed_catalogue(tmp_path, "header: {Server: present}", "header: {Server: absent}")
    ended = cli(
        "pack", "test", "mini", *extra, "--jobs", "1", "--fault", "invents-patients", cwd=tmp_path
    )
    assert ended.code == 1
    assert "FAILS" in ended.out
    assert "MINI-READ-004" in ended.out


@pytest.mark.usefixtures("plugin")
def test_a_pack_without_faults_proves_nothing_and_says_so(tmp_path, cli) -> None:
    extra = changed_catalogue(
        tmp_path,
        "  forgets-patients: [MINI-READ-001, MINI-WRITE-001]\n"
        "  invents-patients: [MINI-READ-002]\n"
        "  lets-caches-store: [MINI-READ-003]\n",
        "  {}\n",
    )
    ended = cli("pack", "test", "mini", *extra, "--jobs", "1", cwd=tmp_path)
    assert ended.code == 1
    assert "nothing is proven" in ended.out


@pytest.mark.usefixtures("plugin")
def test_a_fault_that_nobody_knows_is_named_with_the_nearest(tmp_path, cli) -> None:
    ended = cli("pack", "test", "mini", *BASE, "--fault", "invent-patients", cwd=tmp_path)
    assert ended.code == 2
    assert 'did you mean "invents-patients"?' in ended.err


def test_a_pack_without_a_supplier_cannot_be_proven(tmp_path, cli) -> None:
    extra = changed_catalogue(tmp_path, "reference: mini\n", "")
    ended = cli("pack", "test", "mini", *extra, cwd=tmp_path)
    assert ended.code == 2
    assert "error[pack-without-reference]" in ended.err


@pytest.mark.usefixtures("plugin")
def test_coverage_says_proven_tested_attested_with_totals(tmp_path, cli) -> None:
    ended = cli("pack", "show", "mini", *BASE, cwd=tmp_path)
    assert ended.code == 0
    assert "SHALL     5: 3 proven, 1 tested, 1 attested" in ended.out
    assert "SHOULD    1: 1 proven" in ended.out


@pytest.mark.usefixtures("plugin")
def test_the_demo_of_a_conformant_supplier_is_ok(tmp_path, cli) -> None:
    ended = cli("demo", "mini", *BASE, cwd=tmp_path)
    assert ended.code == 0, ended.out + ended.err
    assert "Outcome   CONFORMANT" in ended.out
    (run,) = (tmp_path / "conformance-results").iterdir()
    assert (run / "report.html").is_file()


@pytest.mark.usefixtures("plugin")
def test_the_demo_of_a_fault_names_the_requirement_that_it_breaks(tmp_path, cli) -> None:
    ended = cli("demo", "mini", *BASE, "--fault", "invents-patients", cwd=tmp_path)
    assert ended.code == 1
    assert "FAIL  MINI-READ-002" in ended.out
    assert "FAIL  MINI-READ-001" not in ended.out


@pytest.mark.usefixtures("plugin")
def test_the_demo_lists_its_faults(tmp_path, cli) -> None:
    ended = cli("demo", "mini", *BASE, "--list-faults", cwd=tmp_path)
    assert ended.code == 0
    assert "invents-patients  (MINI-READ-002)" in ended.out


@pytest.mark.usefixtures("plugin")
def test_the_demo_looks_at_nothing_of_the_users_own_set_up(tmp_path, cli) -> None:
    (tmp_path / "conformance.toml").write_text(
        'endpoint = "https://elsewhere.invalid"\n[run]\nallow = "read-only"\n'
    )
    assert cli("demo", "mini", *BASE, cwd=tmp_path).code == 0


@pytest.mark.usefixtures("plugin")
def test_an_unknown_fault_of_the_demo_is_named_with_the_nearest(tmp_path, cli) -> None:
    ended = cli("demo", "mini", *BASE, "--fault", "invent-patients", cwd=tmp_path)
    assert ended.code == 2
    assert 'did you mean "invents-patients"?' in ended.err


def test_serving_prints_a_command_that_works_as_it_stands(tmp_path) -> None:
    env = {"PYTHONPATH": str(PLUGIN)}
    serving = subprocess.Popen(
        command("demo", "serve", "mini", *BASE), cwd=tmp_path, env=environment(env),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert serving.stdout is not None
        words = shlex.split(serving.stdout.readline())
        assert words[:2] == ["conformance", "run"]
        ended = conformance(*words[1:], *BASE, cwd=tmp_path, env=env)
        assert ended.code == 0, ended.err
    finally:
        serving.send_signal(signal.SIGINT)
        serving.communicate(timeout=PATIENCE_S)


def test_a_port_that_is_taken_is_named(tmp_path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = conformance("demo", "serve", "--port", str(port), cwd=tmp_path)
    assert ended.code == 2
    assert "error[port-not-available]" in ended.err


@pytest.mark.slow
def test_the_first_command_of_a_new_user_ends_well(tmp_path) -> None:
    ended = conformance("demo", cwd=tmp_path)
    assert ended.code == 0, ended.out
    assert "Outcome   CONFORMANT" in ended.out


@pytest.mark.slow
def test_a_fault_of_the_bundled_standard_is_caught_under_its_name(tmp_path) -> None:
    ended = conformance(
        "pack", "test", "bars@1.0.0", "--fault", "drops-correlation-id", cwd=tmp_path
    )
    assert ended.code == 0, ended.out + ended.err
    assert "caught  1/1 faults" in ended.out


def test_ctrl_c_during_a_proof_is_130_and_quiet_in_every_process(tmp_path) -> None:
    process = subprocess.Popen(
        command("pack", "test", "mini", *BASE, "--jobs", "2"),
        cwd=tmp_path, env=environment({"PYTHONPATH": str(PLUGIN)}),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert "Traceback" not in err
