"""The score of a reported group, as the scoring of its Measure has it.

http://terminology.hl7.org/CodeSystem/measure-scoring: a proportion is a number from 0 to 1, a
ratio and a continuous variable are quantities, and a cohort has no score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.resources.reading import (
    choice,
    extension_value,
    number,
    part,
    parts,
    short,
    text,
)
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Session

Json = Any

SCORED: Final = ("proportion", "ratio", "continuous-variable")
_UNIT: Final = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
_ALTERNATIVE: Final = (
    "http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/extension-alternateScoreType"
)
_ABOUT: Final = "MeasureReport.group.measureScore, and Measure.scoring (FHIR R4)."

NOT_FOR_DATA = error(
    "measure-report-score-data-collection",
    "business-rule",
    "A report of type data-collection has no scores",
    "MeasureReport.type (http://hl7.org/fhir/R4/codesystem-measure-report-type.html).",
)
NOT_FOR_COHORT = error(
    "measure-report-score-cohort",
    "business-rule",
    "The Measure defines a cohort, which has no score",
    _ABOUT,
)
MISSING = error(
    "measure-report-score-missing",
    "required",
    "The score is missing; the scoring of the Measure is {scoring}",
    _ABOUT,
)
NO_VALUE = error(
    "measure-report-score-no-value",
    "required",
    "The score has no value; the scoring of the Measure is {scoring}",
    _ABOUT,
)
HAS_UNIT = error(
    "measure-report-score-unit-forbidden",
    "business-rule",
    "The score of a proportion has no unit",
    _ABOUT,
)
NOT_A_PART = error(
    "measure-report-score-range",
    "required",
    "The score of a proportion is a number from 0 to 1, not {value}",
    _ABOUT,
)
NO_UNIT = warning("measure-report-score-no-unit", "not-found", "The ratio has no unit", _ABOUT)
UNIT = error(
    "measure-report-score-unit",
    "code-invalid",
    "The score is in {found}; the Measure asks for {expected}",
    "Extension questionnaire-unit on the Measure.",
)


@dataclass(frozen=True, slots=True)
class _Score:
    """The score of a group: a Quantity, or in FHIR R5 possibly of another type."""

    value: Mapping[str, Json]
    place: Place


def scoring_of(measure: Mapping[str, Json], group: Mapping[str, Json]) -> str | None:
    """How the groups of a Measure are scored; in FHIR R5 each may say for itself."""
    for holder in (group, measure):
        for _, coding in parts(part(holder, "scoring") or {}, "coding"):
            return text(coding, "code")
    return None


def check_score(
    session: Session,
    measure: Mapping[str, Json],
    group: Mapping[str, Json],
    reported: Mapping[str, Json],
    place: Place,
    report_type: str | None,
) -> None:
    """The score of one reported group."""
    scoring, score = scoring_of(measure, group), _score(reported, place)
    if report_type == "data-collection":
        if score is not None:
            session.report(NOT_FOR_DATA, score.place)
    elif scoring == "cohort":
        if score is not None:
            session.report(NOT_FOR_COHORT, score.place)
    elif scoring in SCORED:
        if score is None:
            session.report(MISSING, place, scoring=scoring)
        else:
            _check_value(session, measure, score, str(scoring))


def _score(reported: Mapping[str, Json], place: Place) -> _Score | None:
    quantity = part(reported, "measureScore")
    if quantity is not None:
        return _Score(quantity, place.child("measureScore"))
    found = choice(reported, "measureScore")
    if found is None:
        return None
    value = found.value if isinstance(found.value, Mapping) else {"value": found.value}
    return _Score(value, found.at(place))


def _check_value(
    session: Session, measure: Mapping[str, Json], score: _Score, scoring: str
) -> None:
    value = score.value.get("value", extension_value(score.value, _ALTERNATIVE))
    if scoring == "proportion":
        for key in ("unit", "system", "code"):
            if key in score.value:
                session.report(HAS_UNIT, score.place.child(key))
    if value is None:
        session.report(NO_VALUE, score.place, scoring=scoring)
    elif scoring == "proportion":
        amount = number(value)
        if amount is not None and not 0 <= amount <= 1:
            session.report(NOT_A_PART, score.place.child("value"), value=short(value))
    else:
        _check_unit(session, measure, score, scoring)


def _check_unit(session: Session, measure: Mapping[str, Json], score: _Score, scoring: str) -> None:
    wanted = extension_value(measure, _UNIT)
    if isinstance(wanted, Mapping):
        keys = ("system", "code")
        found = [text(score.value, key) for key in keys]
        expected = [text(wanted, key) for key in keys]
        for key, one, other in zip(keys, found, expected, strict=True):
            if other is not None and one != other:
                place = score.place.child(key) if key in score.value else score.place
                session.report(UNIT, place, found=short(one or "no unit"), expected=short(other))
    elif scoring == "ratio" and "code" not in score.value:
        session.report(NO_UNIT, score.place)
