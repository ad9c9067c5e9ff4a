"""The tasks of this project, the same locally and in CI: ``nox`` runs them all."""

from __future__ import annotations

import os

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "tests", "proof"]

WORKERS = os.environ.get("PYTEST_WORKERS", "2")


@nox.session
def lint(session: nox.Session) -> None:
    """Style and formatting."""
    session.run("ruff", "check", ".", external=True)
    session.run("ruff", "format", "--check", ".", external=True)


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    session.run("mypy", external=True)


@nox.session
def tests(session: nox.Session) -> None:
    """Every test, the slow ones and those in a browser too."""
    session.run("pytest", "-n", WORKERS, *session.posargs, external=True)


@nox.session
def quick(session: nox.Session) -> None:
    """The tests to run while working."""
    session.run("pytest", "-n", WORKERS, "-m", "not slow", *session.posargs, external=True)


@nox.session
def proof(session: nox.Session) -> None:
    """Every planted fault of the bundled packs is caught, under the right requirement."""
    session.run("conformance", "-q", "pack", "test", "bars@1.0.0", "--jobs", WORKERS, external=True)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Speed and memory, as ratios."""
    session.run("python", "-m", "benchmarks", *session.posargs, external=True)
