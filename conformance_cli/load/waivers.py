"""Waivers: a YAML file → ``Waiver`` values."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from conformance_cli.load.documents import Document, read_document
from conformance_cli.load.problems import Problems
from conformance_cli.load.references import version_range
from conformance_cli.load.schemas import schema_problems
from conformance_cli.model.diagnostics import ConformanceError, Location
from conformance_cli.model.waiver import Waiver


def load_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read accepted deviations.  Whether they still hold is for the judge to say.

    Raises:
        DefinitionError: with a diagnostic for everything that is wrong in the file.

    """
    document = read_document(path)
    problems = Problems()
    problems.extend(schema_problems(document, "waivers"))
    problems.raise_if_any()
    seen: dict[tuple[str, str, str], Location] = {}
    waivers = []
    for raw in document.data["waivers"]:
        waivers.append(_waiver(document, raw))
        _check(document, raw, seen, problems)
    problems.raise_if_any()
    return tuple(waivers)


def _waiver(document: Document, raw: dict[str, Any]) -> Waiver:
    return Waiver(
        requirement=raw["requirement"],
        reason=raw["reason"],
        approver=raw["approver"],
        expires=date.fromisoformat(raw["expires"]),
        role=raw.get("role", ""),
        reference=raw.get("reference", ""),
        product=raw.get("product", ""),
        profile_versions=raw.get("profile-versions", ""),
        location=document.at(raw),
    )


def _check(
    document: Document,
    raw: dict[str, Any],
    seen: dict[tuple[str, str, str], Location],
    problems: Problems,
) -> None:
    versions = raw.get("profile-versions", "")
    if versions:
        try:
            version_range(versions, document.value_at(raw, "profile-versions"))
        except ConformanceError as error:
            problems.extend(error.diagnostics)
    place = document.at(raw, "requirement")
    scope = (raw["requirement"], raw.get("product", ""), versions)
    first = seen.setdefault(scope, place)
    if first is not place:
        problems.add(
            "duplicate-waiver",
            f"{raw['requirement']} is waived twice for the same scope; first on line {first.line}",
            place,
            "keep one: a deviation has one reason and one end",
        )
