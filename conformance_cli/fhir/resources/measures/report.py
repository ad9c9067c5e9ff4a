"""A MeasureReport against the Measure that it reports on.

http://hl7.org/fhir/R4/measurereport.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance_cli.fhir.outcome.message import Message, error, information, warning
from conformance_cli.fhir.resources.measures.codes import Index, code_of, is_same_code, shown_code
from conformance_cli.fhir.resources.measures.populations import check_population
from conformance_cli.fhir.resources.measures.score import SCORED, check_score, scoring_of
from conformance_cli.fhir.resources.reading import part, parts, short, text
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_ABOUT: Final = "A report has the groups, populations and stratifiers of its Measure (FHIR R4)."
NO_MEASURE = information(
    "measure-report-no-measure",
    "required",
    "The report does not say on which Measure it reports: it was not held against one",
    "MeasureReport.measure (FHIR R4).",
)
UNKNOWN_MEASURE = warning(
    "measure-report-measure-unknown",
    "required",
    "The Measure {url} is not at hand: the report was not held against it",
    "MeasureReport.measure (FHIR R4).",
)
SCORING_UNKNOWN = information(
    "measure-report-scoring-unknown",
    "business-rule",
    "How the Measure is scored is not known, so scores were not checked",
    "Measure.scoring (http://terminology.hl7.org/CodeSystem/measure-scoring).",
)
UNNAMED = error(
    "measure-report-part-unnamed",
    "business-rule",
    "The {kind} has no code, so nobody can tell which of the Measure's it is",
    _ABOUT,
)
UNKNOWN = error(
    "measure-report-part-unknown",
    "business-rule",
    "The Measure has no {kind} {code} here",
    _ABOUT,
)
MISMATCH = error(
    "measure-report-part-code",
    "business-rule",
    "The {kind} has the code {found}; in the Measure it is {expected}",
    _ABOUT,
)
TWICE = error(
    "measure-report-part-twice",
    "business-rule",
    "The {kind} {code} was reported before",
    _ABOUT,
)
MISSING = error(
    "measure-report-part-missing",
    "business-rule",
    "The Measure has the {kind} {code}, but the report does not",
    _ABOUT,
)

_OBSERVATION: Final = (
    "http://terminology.hl7.org/CodeSystem/measure-population",
    "measure-observation",
)
#: What is done with a reported part and the one that it reports on.
_Inside = Callable[[Mapping[str, Json], Mapping[str, Json], Place], None]


def check_measure_report(session: Session, scope: Scope) -> None:
    """Everything that a report must have in common with its Measure."""
    reference = part(scope.resource, "measure") or {}
    url = text(scope.resource, "measure") or text(reference, "reference")
    if url is None:
        session.report(NO_MEASURE, scope.place)
        return
    target = None if session.library.resource(url, "Measure") else session.tools.resolve(url, scope)
    measure = target.resource if target else session.library.resource(url, "Measure")
    if measure is None or measure.get("resourceType") != "Measure":
        session.report(UNKNOWN_MEASURE, scope.place, url=short(url))
        return
    _Report(session, scope, measure).check()


@dataclass(frozen=True, slots=True)
class _Report:
    session: Session
    scope: Scope
    measure: Mapping[str, Json]

    def check(self) -> None:
        resource, place = self.scope.resource, self.scope.place
        groups = list(parts(self.measure, "group"))
        if all(scoring_of(self.measure, group) not in (*SCORED, "cohort") for _, group in groups):
            self.session.report(SCORING_UNKNOWN, place.child("measure"))
        reported = list(parts(resource, "group"))
        if len(groups) == 1 and len(reported) == 1:
            # The only group of a Measure need not be named, but must not be misnamed.
            at = place.child("group", reported[0][0])
            self._check_name("group", reported[0][1], groups[0][1], at)
            self._group(reported[0][1], groups[0][1], at)
        elif groups:
            self._parts("group", resource, self.measure, place, self._group)

    def _group(self, reported: Mapping[str, Json], group: Mapping[str, Json], place: Place) -> None:
        kind = text(self.scope.resource, "type")
        session, scope = self.session, self.scope
        self._parts(
            "population",
            reported,
            group,
            place,
            lambda item, _, at: check_population(session, scope, item, at),
        )
        check_score(session, self.measure, group, reported, place, kind)
        # Nothing further is known of stratifiers.
        self._parts("stratifier", reported, group, place, lambda *_: None)

    def _parts(
        self,
        kind: str,
        reported: Mapping[str, Json],
        defined: Mapping[str, Json],
        place: Place,
        inside: _Inside,
    ) -> None:
        """The parts of one kind, each against the one that it reports on; none is left out."""
        expected = Index(one for _, one in parts(defined, kind))
        met: set[int] = set()
        for index, item in parts(reported, kind):
            at = place.child(kind, index)
            found = expected.matching(item)
            if code_of(item) is None and text(item, "linkId") is None:
                self._tell(UNNAMED, at, kind)
            elif found is None:
                self._tell(UNKNOWN, at, kind, code=shown_code(item))
            elif id(found) in met:
                self._tell(TWICE, at, kind, code=shown_code(item))
            else:
                met.add(id(found))
                self._check_name(kind, item, found, at)
                inside(item, found, at)
        for one in expected.parts:
            if id(one) not in met and self._is_wanted(kind, one):
                self._tell(MISSING, place, kind, code=shown_code(one))

    def _is_wanted(self, kind: str, defined: Mapping[str, Json]) -> bool:
        """Whether a part of the Measure has to be reported."""
        if kind == "group":
            return text(self.scope.resource, "type") != "data-collection"
        observation = {"coding": [dict(zip(("system", "code"), _OBSERVATION, strict=True))]}
        code = code_of(defined)
        return kind != "population" or code is None or not is_same_code(code, observation)

    def _check_name(
        self, kind: str, reported: Mapping[str, Json], defined: Mapping[str, Json], place: Place
    ) -> None:
        found, expected = code_of(reported), code_of(defined)
        if found is not None and expected is not None and not is_same_code(found, expected):
            shown = {
                "found": shown_code({"code": found}),
                "expected": shown_code({"code": expected}),
            }
            self._tell(MISMATCH, place, kind, **shown)

    def _tell(self, message: Message, place: Place, kind: str, **values: Any) -> None:
        self.session.report(message, place, kind=kind, **values)
