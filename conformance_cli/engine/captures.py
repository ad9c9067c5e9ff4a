"""Captures: values taken from an exchange for later steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.checks.subject import Subject
from conformance_cli.expressions import ExpressionError, render, render_text
from conformance_cli.fhir import FhirPathError, literal
from conformance_cli.model.pack import Capture, Json


class MissingCapture(Exception):  # noqa: N818 - a missing value is not the tool's error
    """A response did not hold a value that later steps need."""


def capture(wanted: Capture, subject: Subject, scope: Mapping[str, Any]) -> Json:
    """The captured value; ``None`` where it is optional and absent.

    Raises:
        MissingCapture: it is absent and not optional.

    """
    value = _find(wanted, subject, scope)
    if value is None and not wanted.optional:
        source = wanted.fhirpath or wanted.header or str(wanted.value)
        raise MissingCapture(f"the response has no {wanted.name} ({source})")
    return value


def _find(wanted: Capture, subject: Subject, scope: Mapping[str, Any]) -> Json:
    if wanted.value is not None:
        try:
            return render(wanted.value, scope)
        except ExpressionError as error:
            raise MissingCapture(f"{wanted.name} cannot be taken: {error}") from error
    response = subject.exchange.response
    if response is None:
        return None
    if wanted.header:
        return response.header(wanted.header)
    body = subject.body()
    if body.problem:
        return None
    try:
        expression = render_text(wanted.fhirpath, scope, literal)
        found = subject.fhirpath.evaluate(expression, body.value)
    except (ExpressionError, FhirPathError) as error:
        raise MissingCapture(f"{wanted.name} cannot be taken: {error}") from error
    if wanted.every:
        return found or None
    return found[0] if found else None
