"""Validating one input after the other, with definitions that are opened once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from conformance_cli.cli.validating.definitions import Definitions, library, refused, terminology
from conformance_cli.cli.validating.inputs import Input
from conformance_cli.fhir.outcome.issue import Issue
from conformance_cli.fhir.outcome.report import Checked
from conformance_cli.fhir.packages.errors import PackageError

if TYPE_CHECKING:
    from conformance_cli.fhir.validation.options import Options
    from conformance_cli.fhir.validation.validator import Validator


class Rules(Struct, frozen=True):
    """What inputs are judged by; the same in every process."""

    definitions: Definitions
    options: Options
    profiles: tuple[str, ...] = ()
    #: Base URL of a terminology server, if one is to be asked.
    terminology_server: str | None = None


def check_each(inputs: Iterable[Input], rules: Rules) -> Iterator[Checked]:
    """The result of every input, in order."""
    return (check(one, rules) for one in inputs)


def check(one: Input, rules: Rules) -> Checked:
    """The result of one input; a file that cannot be read has one fatal issue.

    Raises:
        ConformanceError: a package was changed on disk meanwhile.

    """
    data = one.read()
    if isinstance(data, Issue):
        return Checked(one.origin, (data,))
    try:
        outcome = validator(rules).validate(data, format=one.format, profiles=rules.profiles)
    except PackageError as error:
        raise refused(error) from error
    return Checked.of(one.origin, outcome)


@lru_cache(maxsize=1)
def validator(rules: Rules) -> Validator:
    """The validator of these rules, made once in each process."""
    from conformance_cli.fhir.validation.validator import Validator

    found = library(rules.definitions)
    if rules.terminology_server is None:
        return Validator(found, rules.options)
    return Validator(found, rules.options, terminology(rules.terminology_server, found))
