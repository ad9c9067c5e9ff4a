"""Files to begin with: a small profile and pack that work, and a commented configuration."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance_cli.load.scaffold_texts import AUTH_BLOCKS, PACK_FILES, PROFILE_FILE
from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.pack import Fixture
from conformance_cli.model.profile import Option
from conformance_cli.model.run import Product

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION = "1.0.0"


def new_pack(name: str, target: Path) -> list[Path]:
    """Write a profile and a pack called ``name`` under ``target``, and say which files.

    Both load, lint without a word and can be run; their comments teach the language.

    Raises:
        ConformanceError: ``bad-name``, or ``already-there`` where a file would be lost.
        OSError: the folder cannot be written.

    """
    if not _NAME.fullmatch(name):
        raise ConformanceError.of(
            "bad-name",
            f'"{name}" cannot be the name of a pack',
            hint="use lower-case letters, digits and single hyphens, e.g. acme-orders",
        )
    pack = target / "test_packs" / name / _VERSION
    files = {target / "profiles" / name / _VERSION / "profile.yaml": PROFILE_FILE}
    files.update((pack / path, text) for path, text in PACK_FILES.items())
    for path in files:
        if path.exists():
            raise ConformanceError.of(
                "already-there",
                f"{path} is there already",
                place=str(path),
                hint="choose another name, or remove it first",
            )
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        filled = text.replace("@NAME@", name).replace("@ID@", _prefix(name))
        path.write_text(filled, encoding="utf-8")
    return list(files)


def _prefix(name: str) -> str:
    """The first part of requirement ids, which begin with a letter."""
    upper = name.upper()
    return upper if upper[0].isalpha() else f"P{upper}"


@dataclass(frozen=True, slots=True)
class Answers:
    """What ``init`` asked for or could find out."""

    profile: str
    endpoint: str = ""
    product: Product = Product()
    #: A scheme of ``[auth]``.
    auth: str = "none"
    #: Of the packs that certify the profile; each becomes a line to fill in.
    fixtures: Sequence[Fixture] = ()
    #: Of the profile; each becomes a line with its default.
    options: Sequence[Option] = ()


def initial_config(answers: Answers) -> str:
    """The text of a ``conformance.toml`` that holds the answers and explains the rest."""
    return "\n".join(_lines(answers)) + "\n"


def _lines(answers: Answers) -> Iterator[str]:
    yield "# Everything a run needs, without secrets: share it, keep it under version control."
    yield "# Flags and CONFORMANCE_* variables come before it; conformance check --show-config"
    yield "# prints each value and where it came from."
    yield ""
    yield f"profile = {_quoted(answers.profile)}"
    if answers.endpoint:
        yield f"endpoint = {_quoted(answers.endpoint)}"
    else:
        yield '# endpoint = "https://provider.example/fhir"'
    yield ""
    yield "[product]"
    product = answers.product
    for key, value in (
        ("name", product.name),
        ("version", product.version),
        ("supplier", product.supplier),
        ("ods-code", product.ods_code),
    ):
        yield f"{key} = {_quoted(value)}" if value else f'# {key} = ""'
    yield ""
    yield from AUTH_BLOCKS[answers.auth].splitlines()
    if answers.fixtures:
        yield ""
        yield "# Your data for the roles that tests need."
        yield "[fixtures]"
        yield from _fixtures(answers.fixtures)
    if answers.options:
        yield ""
        yield "# What your product offers; what it does not offer is not asked of it."
        yield "[options]"
        for option in answers.options:
            default = "true" if option.default else "false"
            yield f"{_key(option.name)} = {default}  # {_comment(option.title)}"
    yield ""
    yield "[run]"
    yield 'allow = "read-only"  # "writes" lets tests create and clean up'
    yield ""
    yield "[reports]"
    yield 'formats = ["html", "junit"]'
    yield ""
    yield "# FHIR packages that bodies are validated by; conformance package install fetches them."
    yield "# [packages]"
    yield '# use = ["hl7.fhir.r4.core@4.0.1"]'
    yield ""
    yield "# conformance run --environment int takes what stands here over what stands above."
    yield "# [environments.int]"
    yield '# endpoint = "https://int.provider.example/fhir"'


def _fixtures(fixtures: Sequence[Fixture]) -> Iterator[str]:
    for fixture in fixtures:
        yield f"# {_comment(fixture.title)}"
        for words in (fixture.why, *fixture.properties):
            if words:
                yield f"#   {_comment(words)}"
        if fixture.default is None:
            yield f"# {_key(fixture.name)} = {_quoted(fixture.example)}"
        else:
            yield f"{_key(fixture.name)} = {_quoted(fixture.default)}"


def _quoted(text: str) -> str:
    """A text of TOML that stays what it is when it is read."""
    quoted = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return quoted.replace("${", "$${")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def _comment(text: str) -> str:
    """A text on one line, without characters that TOML refuses in comments."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
