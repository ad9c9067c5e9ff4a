"""The validator behind the calling convention of a scoring tool for recorded cases.

The tool hands over a resource as it stands in its file, the profiles to check it against,
and paths: packages first, then loose definitions that belong to the case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from conformance_cli.fhir import (
    Issue,
    Options,
    ReferencePolicy,
    Severity,
    Validator,
    open_packages,
    read_resource,
)

_REFERENCES = {
    "CHECK_EXISTS": ReferencePolicy.EXISTS,
    "CHECK_EXISTS_AND_TYPE": ReferencePolicy.EXISTS,
    "CHECK_VALID": ReferencePolicy.EXISTS,
}


def validate(
    data: bytes,
    fmt: str,
    profiles: Sequence[str],
    packages: Sequence[str],
    options: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """What the validator finds, as a list of plain issues."""
    archives = tuple(path for path in packages if path.endswith(".tgz"))
    library = _library(archives)
    loose = [Path(path) for path in packages if not path.endswith(".tgz")]
    if loose:
        library = library.with_resources(
            [read_resource(path.read_bytes(), library) for path in loose]
        )
    given = options or {}
    validator = Validator(library, _options(given))
    supporting = {
        reference: read_resource(Path(path).read_bytes(), library)
        for reference, path in given.get("fetch", {}).items()
    }
    outcome = validator.validate(data, format=fmt, profiles=profiles, supporting=supporting)
    return [_plain(issue) for issue in outcome.issues]


@lru_cache(maxsize=4)
def _library(archives: tuple[str, ...]) -> Any:
    return open_packages(archives)


def _options(given: Mapping[str, Any]) -> Options:
    # the recorded runs knew no definitions beyond those handed over, and refused what they define
    return Options(
        allow_unknown_extensions=False,
        clock=lambda: datetime.now(UTC),
        references=_REFERENCES.get(str(given.get("validateReference")), ReferencePolicy.INSIDE),
        wrong_display=Severity(given.get("wrong-displays", "error")),
        allow_comments=bool(given.get("allow-comments")),
        check_contained=given.get("validateContains") != "IGNORE",
        for_publication=bool(given.get("for-publication")),
        allow_examples=given.get("examples") is not False,
        refuse_html=bool(given.get("security-checks")),
        implied_type=(
            Severity.ERROR if given.get("assumeValidRestReferences") else Severity.WARNING
        ),
    )


def _plain(issue: Issue) -> dict[str, Any]:
    return {
        "severity": str(issue.severity),
        "code": issue.code,
        "expression": issue.expression,
        "message": issue.text,
        "line": issue.line,
        "id": issue.id,
    }
