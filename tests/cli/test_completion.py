"""Tab: commands, options and the names that live in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.endpoint import CATALOGUE
from tests.cli.program import conformance


def offered(tmp_path: Path, line: str) -> list[str]:
    """What Tab offers in bash at the end of a line."""
    words = line.split(" ")
    ended = conformance(
        cwd=tmp_path,
        env={
            "_CONFORMANCE_COMPLETE": "bash_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words) - 1),
            "CONFORMANCE_CATALOGUE": str(CATALOGUE),
            "FHIR_PACKAGE_CACHE": str(tmp_path / "packages"),
        },
    )
    assert ended.code == 0, ended.err
    return [row.partition(",")[2] for row in ended.out.split()]


@pytest.mark.parametrize(
    ("line", "among"),
    [
        ("conformance re", "report"),
        ("conformance pack sh", "show"),
        ("conformance run mi", "mini@1.0.0"),
        ("conformance run --out", "--output-dir"),
        ("conformance run --allow w", "writes"),
        ("conformance run --report ju", "junit"),
        ("conformance run mini --fixture pa", "patient="),
        ("conformance run mini --option cr", "create="),
        ("conformance run mini --include MINI-R", "MINI-READ-001"),
        ("conformance pack show mi", "mini@1.0.0"),
        ("conformance explain MINI-W", "MINI-WRITE-001"),
        ("conformance explain exit", "exit-codes"),
        ("conformance explain element-mi", "element-minimum"),
        ("conformance val", "validate"),
        ("conformance validate --fail", "--fail-on"),
        ("conformance validate --format sa", "sarif"),
        ("conformance validate --package ac", "acme.one@1.2.0"),
        ("conformance run mini --package ac", "acme.one@1.2.0"),
        ("conformance validate --package ./pro", "./pro"),
        ("conformance pack test mini --fault inv", "invents-patients"),
        ("conformance demo mini --fault inv", "invents-patients"),
    ],
)
def test_tab_offers(line, among, tmp_path) -> None:
    installed = tmp_path / "packages" / "acme.one#1.2.0" / "package"
    installed.mkdir(parents=True)
    (installed / "package.json").write_text('{"name": "acme.one", "version": "1.2.0"}')
    assert among in offered(tmp_path, line)


def test_tab_offers_nothing_where_a_file_is_broken(tmp_path) -> None:
    (tmp_path / "conformance.toml").write_text("not TOML")
    assert offered(tmp_path, "conformance run mi") == []


@pytest.mark.parametrize(
    ("shell", "said"),
    [("bash", "complete -o nosort"), ("zsh", "#compdef conformance"), ("fish", "complete ")],
)
def test_the_script_for_a_shell_names_the_program(shell, said, tmp_path, cli) -> None:
    ended = cli("completion", shell, cwd=tmp_path)
    assert ended.code == 0
    assert said in ended.out
    assert "_CONFORMANCE_COMPLETE" in ended.out
