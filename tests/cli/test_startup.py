"""What it costs to start: help and version import nothing that they do not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.program import environment

#: Third-party packages and layers that no ``--help`` may import.
HEAVY = (
    "requests", "rich", "yaml", "jinja2", "jsonschema", "msgspec", "cryptography", "jwt",
    "fhirpathpy", "starlette", "uvicorn", "semantic_version",
    "conformance_cli.engine", "conformance_cli.load", "conformance_cli.wire",
    "conformance_cli.store", "conformance_cli.judge", "conformance_cli.reporting",
    "conformance_cli.checks", "conformance_cli.reference", "conformance_cli.model.pack",
)  # fmt: skip

COMMANDS = (
    "init", "check", "plan", "run", "report", "validate", "explain", "diff", "profile", "pack",
    "demo", "package", "completion", "pack show", "pack test", "profile show", "demo serve",
)  # fmt: skip


def imported_by(*arguments: str) -> set[str]:
    """The modules that a command line imports."""
    program = (
        "import sys; from conformance_cli.cli.main import main; "
        f"code = main({list(arguments)!r}); "
        "print('\\n'.join(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return set(done.stderr.split())


@pytest.mark.parametrize("command", ["--version", "--help", *(f"{c} --help" for c in COMMANDS)])
def test_help_imports_nothing_heavy(command: str) -> None:
    modules = imported_by(*command.split())
    assert not [name for name in HEAVY if name in modules]


def test_the_top_help_imports_no_command() -> None:
    assert not [m for m in imported_by("--help") if m.startswith("conformance_cli.cli.commands")]
