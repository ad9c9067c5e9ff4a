"""The tasks of this project, the same locally and in CI: ``nox`` runs them all."""

from __future__ import annotations

import os
import sys

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "proof", "tests"]

WORKERS = os.environ.get("PYTEST_WORKERS", "2")


def python(session: nox.Session, module: str, *arguments: str) -> None:
    """Run a module with the interpreter that runs nox: the environment need not be active."""
    session.run(sys.executable, "-m", module, *arguments, external=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Style and formatting."""
    python(session, "ruff", "check", ".")
    python(session, "ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    python(session, "mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """Every test, the slow ones and those in a browser too."""
    python(session, "pytest", "-n", WORKERS, *session.posargs)


@nox.session
def quick(session: nox.Session) -> None:
    """The tests to run while working."""
    python(session, "pytest", "-n", WORKERS, "-m", "not slow", *session.posargs)


@nox.session
def proof(session: nox.Session) -> None:
    """Every planted fault of the bundled packs is caught, under the right requirement."""
    python(session, "conformance_cli", "-q", "pack", "test", "bars@1.0.0", "--jobs", WORKERS)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Speed and memory, as ratios."""
    python(session, "benchmarks", *session.posargs)
