"""docs/validator.md speaks of what there is: flags, formats, rules and exit codes."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from conformance_cli.cli.validating.presenters import FORMATS
from conformance_cli.fhir.outcome.catalogue import messages
from conformance_cli.model.diagnostics import ExitCode
from tests.cli.make_golden import find

PAGE = (Path(__file__).parents[2] / "docs" / "validator.md").read_text(encoding="utf-8")
COMMAND, _ = find(("conformance", "validate"))
FLAGS = {flag for p in COMMAND.params if isinstance(p, click.Option) for flag in p.opts}


def table(heading: str) -> list[str]:
    """The first cells of the table below a line."""
    rows = PAGE.partition(heading)[2].partition("\n\n")[0].splitlines()
    return [row.split("|")[1].strip(" `") for row in rows if row.startswith("|")][1:]


@pytest.mark.parametrize("flag", sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE))))
def test_every_flag_on_the_page_exists(flag: str) -> None:
    assert flag in FLAGS


def test_every_flag_is_on_the_page() -> None:
    own = {flag for flag in FLAGS if flag.startswith("--")} - {
        "--help", "--verbose", "--quiet", "--color", "--config", "--no-config", "--catalogue",
        "--fail-on", "--fhir-version",
    }  # fmt: skip
    assert sorted(flag for flag in own if flag not in PAGE) == []


def test_every_format_is_on_the_page() -> None:
    assert table("| `--format` | what it is |\n") == list(FORMATS)


def test_the_exit_codes_are_those_of_the_program() -> None:
    codes = [int(cell) for cell in table("| exit | means |\n")]
    assert set(codes) == set(ExitCode) - {ExitCode.UNDECIDED}


@pytest.mark.parametrize("rule", re.findall(r"\(`([a-z]+(?:-[a-z]+)+)`\)", PAGE))
def test_every_rule_on_the_page_exists(rule: str) -> None:
    assert rule in messages()


def test_the_example_of_an_issue_names_a_rule() -> None:
    for rule in re.findall(r": (?:error|warning) ([a-z-]+) ", PAGE):
        assert rule in messages()
