"""The configuration file: found, read, checked, and its environment chosen."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance_cli.load.documents import Document
from conformance_cli.load.problems import Problems, did_you_mean
from conformance_cli.load.schemas import schema_problems
from conformance_cli.load.secrets import secrets_in_clear
from conformance_cli.load.toml_document import read_toml
from conformance_cli.model.diagnostics import ConformanceError, DefinitionError, Location

FILE_NAME = "conformance.toml"
#: Given as the path, it means that no file counts, also none that would be found.
NO_FILE = Path(os.devnull)
_VARIABLE = re.compile(r"\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True, eq=False)
class ConfigFile:
    """A file's content with its environment chosen; ``document`` is absent without a file."""

    document: Document | None = None
    environment: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """What the file says."""
        return self.document.data if self.document else {}

    def blocks(self) -> Iterator[dict[str, Any]]:
        """The environment's block, if one is chosen, and then the whole file."""
        if self.environment:
            yield self.data.get("environments", {}).get(self.environment, {})
        yield self.data

    def find(self, path: str) -> tuple[Any, Any, str] | None:
        """The value of a dotted key as it counts, with the mapping and name that hold it."""
        *tables, name = path.split(".")
        for block in self.blocks():
            holder: Any = block
            for table in tables:
                holder = holder.get(table, {}) if isinstance(holder, dict) else {}
            if isinstance(holder, dict) and name in holder:
                return holder[name], holder, name
        return None

    def place(self, holder: Any, name: str) -> Location:
        """Where a value stands."""
        if self.document is None:
            return Location("")
        return self.document.at(holder, name)


def find_file(cwd: Path) -> Path | None:
    """``conformance.toml``, or a ``pyproject.toml`` that configures us, here or above."""
    for folder in (cwd, *cwd.parents):
        path = folder / FILE_NAME
        if path.is_file():
            return path
        project = folder / "pyproject.toml"
        if project.is_file() and _configures_us(project):
            return project
    return None


def _configures_us(project: Path) -> bool:
    # most projects do not mention us, and need not be parsed
    if "tool.conformance" not in project.read_text("utf-8", "replace"):
        return False
    return "conformance" in read_toml(project).data.get("tool", {})


def read_config_file(
    path: Path | None, environment: str | None, environ: Mapping[str, str], cwd: Path
) -> ConfigFile:
    """Read the file that counts: ``path``, or the one found from ``cwd`` upwards.

    Raises:
        DefinitionError: with everything that is wrong in it.

    """
    found = find_file(cwd) if path is None else path
    named = environment or environ.get("CONFORMANCE_ENVIRONMENT") or None
    if found is None or found == NO_FILE:
        return ConfigFile(None, named or "")
    document = read_toml(found)
    if found.name == "pyproject.toml":
        table = document.data.get("tool", {}).get("conformance", {})
        document = Document(document.path, table, document.marks)
    problems = Problems()
    problems.extend(schema_problems(document, "config"))
    problems.extend(secrets_in_clear(document))
    problems.raise_if_any()
    return ConfigFile(document, _environment(document, named))


def _environment(document: Document, named: str | None) -> str:
    name: str = named or document.data.get("environment", "")
    known = document.data.get("environments", {})
    # without any block, the name is only a label of the run
    if name and known and name not in known:
        place = None if named else document.location("environment")
        raise DefinitionError.of(
            "unknown-environment",
            f'the file has no environment "{name}"',
            place=place or str(document.path),
            hint=did_you_mean(name, known, "environments"),
        )
    return name


def substituted(text: str, environ: Mapping[str, str], place: Location) -> str:
    """A text with ``${NAME}`` replaced from the environment; ``$${`` is a literal ``${``.

    Raises:
        ConformanceError: ``unset-variable``.

    """

    def value(match: re.Match[str]) -> str:
        if match[0].startswith("$$"):
            return match[0][1:]
        if match[1] not in environ:
            raise ConformanceError.of(
                "unset-variable",
                f"the environment variable {match[1]} is not set",
                place=place,
                hint=f"export {match[1]}=..., or write the value itself",
            )
        return environ[match[1]]

    return _VARIABLE.sub(value, text)
