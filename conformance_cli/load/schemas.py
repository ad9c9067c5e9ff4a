"""Documents checked against the published schemas, with every problem at its line."""

from __future__ import annotations

from functools import cache
from typing import Any

from conformance_cli.load.documents import Document
from conformance_cli.load.flaws import Flaw
from conformance_cli.load.keywords import Check
from conformance_cli.load.resources import schema
from conformance_cli.load.shape import Compiler
from conformance_cli.model.diagnostics import Diagnostic


def schema_problems(document: Document, name: str) -> tuple[Diagnostic, ...]:
    """Everything about a document that the schema ``name`` does not allow."""
    flaws: list[Flaw] = []
    _check_of(name)(document.data, flaws, None, "")
    return tuple(_diagnostic(document, flaw) for flaw in flaws)


@cache
def _check_of(name: str) -> Check:
    def resolve(file: str) -> dict[str, Any]:
        return schema(file.removesuffix(".schema.json"))

    return Compiler(resolve).compile(schema(name), f"{name}.schema.json")


def _diagnostic(document: Document, flaw: Flaw) -> Diagnostic:
    if flaw.container is None:
        place = document.at(document.data)
    elif flaw.on_key:
        place = document.at(flaw.container, flaw.member)
    else:
        place = document.value_at(flaw.container, flaw.member)
    return Diagnostic(flaw.code, flaw.message, place, flaw.hint or None)
