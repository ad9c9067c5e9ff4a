"""docs/cli.md says what the program does: its commands, flags, codes and examples exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from conformance_cli.cli.explaining.built_in import text
from conformance_cli.cli.main import COMMANDS
from conformance_cli.model.diagnostics import ExitCode
from tests.cli.make_golden import commands, find

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")

ALL_FLAGS = {
    flag
    for path in commands()
    for param in find(path)[0].params
    if isinstance(param, click.Option)
    for flag in param.opts
} | {"--help", "-h"}


def test_every_command_is_on_the_page() -> None:
    table = PAGE.partition("## Commands")[2].partition("\n## ")[0]
    assert [e.name for e in COMMANDS if not re.search(rf"`{e.name}\b", table)] == []


def test_every_member_of_a_group_is_on_the_page() -> None:
    table = PAGE.partition("## Commands")[2].partition("\n## ")[0]
    rows = {row.split("`")[1].split()[0]: row for row in table.splitlines() if "`" in row}
    for path in commands():
        if len(path) == 3 and path[2] != "run":
            assert re.search(rf"\b{path[2]}\b", rows[path[1]]), path


@pytest.mark.parametrize("flag", sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE))))
def test_every_flag_on_the_page_exists(flag: str) -> None:
    assert flag in ALL_FLAGS


def test_every_flag_of_a_run_but_the_obvious_is_on_the_page() -> None:
    command, _ = find(("conformance", "run"))
    flags = {p.opts[-1] for p in command.params if isinstance(p, click.Option)}
    obvious = {"--product", "--product-version", "--supplier", "--ods-code", "--catalogue",
               "--verbose", "--quiet", "--config", "--endpoint"}  # fmt: skip
    assert sorted(f for f in flags - obvious if f not in PAGE) == []


def test_every_exit_code_is_on_the_page() -> None:
    table = PAGE.partition("## Exit codes")[2].partition("\n\nWhere")[0]
    assert [int(row.split("|")[1]) for row in table.splitlines()[4:]] == [int(c) for c in ExitCode]


def test_every_report_format_is_on_the_page() -> None:
    from conformance_cli.reporting.registry import formats

    assert [name for name in formats() if f"`{name}`" not in PAGE] == []


def test_every_error_code_on_the_page_is_explained() -> None:
    for code in re.findall(r"error\[([a-z-]+)\]", PAGE):
        assert text(code)


def test_the_configuration_on_the_page_is_one(tmp_path, cli) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert tomllib.loads(block)["profile"]
    (tmp_path / "conformance.toml").write_text(block)
    shown = cli("check", "--show-config", cwd=tmp_path, env={"CLIENT_ID": "me"})
    assert shown.code == 0, shown.err


def test_the_commands_of_the_first_ten_minutes_parse() -> None:
    from conformance_cli.cli.main import program

    lines = re.findall(r"^\$ (conformance [^#\n]*)", PAGE, re.MULTILINE)
    assert len(lines) > 5
    root = click.Context(program, **program.context_settings)
    for line in lines:
        words = line.split()[1:]
        name = words.pop(0)
        command = program.get_command(root, name)
        assert command is not None
        while isinstance(command, click.Group):
            words = getattr(command, "meant", list)(words)
            command = command.get_command(root, words.pop(0))
            assert command is not None
        command.make_context(name, words, parent=root)
