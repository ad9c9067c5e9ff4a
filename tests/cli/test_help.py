"""Help is part of the interface: every command's text is pinned, and teaches."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from conformance_cli.cli.help import Command
from conformance_cli.cli.main import program
from tests.cli.make_golden import FOLDER, commands, file_of, find, help_text
from tests.cli.program import conformance

ALL = list(commands())
LEAVES = [path for path in ALL if isinstance(find(path)[0], Command)]


def named(path: tuple[str, ...]) -> str:
    return "-".join(path)


@pytest.mark.parametrize("path", ALL, ids=named)
def test_help_is_as_pinned(path) -> None:
    assert help_text(path) == file_of(path).read_text(encoding="utf-8"), (
        "if this is meant: python -m tests.cli.make_golden"
    )


def test_there_is_no_golden_text_of_a_command_that_is_gone() -> None:
    assert {file.name for file in FOLDER.glob("*.txt")} == {file_of(path).name for path in ALL}


def test_the_real_program_prints_the_pinned_help(tmp_path) -> None:
    ended = conformance("--help", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == file_of(("conformance",)).read_text(encoding="utf-8")


def test_the_short_help_flag_works_on_a_command(tmp_path) -> None:
    ended = conformance("pack", "show", "-h", cwd=tmp_path)
    assert ended.out == file_of(("conformance", "pack", "show")).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ALL, ids=named)
def test_no_line_of_help_is_wider_than_the_screen(path) -> None:
    assert [line for line in help_text(path).splitlines() if len(line) > 100] == []


@pytest.mark.parametrize("path", LEAVES, ids=named)
def test_every_command_has_an_example_that_parses(path) -> None:
    command, _ = find(path)
    assert isinstance(command, Command)
    assert command.examples
    for line, meaning in command.examples:
        assert meaning
        words = shlex.split(re.sub(r'^eval "\$\((.*)\)"$', r"\1", line), comments=False)
        stop = next((i for i, word in enumerate(words) if word in ("|", ">", "&&")), len(words))
        assert words[0] == "conformance"
        with program.make_context("conformance", [], resilient_parsing=True) as context:
            inner, arguments = program, words[1:stop]
            while not isinstance(inner, Command):
                arguments = getattr(inner, "meant", list)(arguments)
                _, found, arguments = inner.resolve_command(context, arguments)
                assert found is not None
                context = click.Context(found, parent=context)
                inner = found
            inner.make_context(inner.name, arguments, parent=context)


@pytest.mark.parametrize("path", LEAVES, ids=named)
def test_every_long_flag_is_kebab_case_and_every_option_has_help(path) -> None:
    command, _ = find(path)
    for param in command.params:
        if isinstance(param, click.Option):
            assert param.help
            for flag in param.opts:
                assert re.fullmatch(r"-[a-z]|--[a-z]+(-[a-z]+)*", flag)


@pytest.mark.parametrize("path", LEAVES, ids=named)
def test_an_environment_name_is_the_flag_in_capitals(path) -> None:
    command, _ = find(path)
    for param in command.params:
        if isinstance(param, click.Option) and param.envvar:
            flag = next(flag for flag in param.opts if flag.startswith("--"))
            assert param.envvar == "CONFORMANCE_" + flag[2:].upper().replace("-", "_")
            assert param.show_envvar


@pytest.mark.parametrize("path", LEAVES, ids=named)
def test_every_command_takes_the_global_options(path) -> None:
    command, _ = find(path)
    flags = {flag for param in command.params for flag in param.opts}
    assert {"--config", "--no-config", "--catalogue", "--verbose", "--quiet", "--color"} <= flags
