"""Measures, and reports against them."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest

from conformance_cli.fhir.resources.measures.measure import check_measure
from conformance_cli.fhir.resources.measures.report import check_measure_report
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.session import Session
from tests.fhir.resources.fakes import FakeTools, a_scope, a_session, errors, found, texts_of

URL = "http://measures.example/Measure/m"
LIBRARY = "http://measures.example/Library/l"


def code(value: str, system: str = "http://codes.example") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": value}]}


def named(value: str, **more: Any) -> dict[str, Any]:
    return {"code": code(value), **more}


def a_measure(*groups: dict[str, Any], scoring: str = "cohort", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Measure",
        "url": URL,
        "scoring": code(scoring),
        "group": list(groups),
        **more,
    }


def a_report(*groups: dict[str, Any], kind: str = "summary", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "MeasureReport",
        "measure": URL,
        "type": kind,
        "group": list(groups),
        **more,
    }


def reported(
    measure: dict[str, Any], report: dict[str, Any], tools: FakeTools | None = None
) -> Session:
    session = a_session(measure, tools=tools)
    check_measure_report(session, a_scope(report))
    assert all(texts_of(session)) or not session.found
    return session


def test_a_report_that_has_the_parts_of_its_measure_is_fine() -> None:
    parts = {"population": [named("p")], "stratifier": [named("s")]}
    counted = {"population": [named("p", count=1)], "stratifier": [named("s")]}
    measure = a_measure(named("g", **parts), named("h"))
    assert found(reported(measure, a_report(named("g", **counted), named("h")))) == []


def test_the_only_group_need_not_be_named() -> None:
    assert found(reported(a_measure(named("g")), a_report({}))) == []
    assert errors(reported(a_measure(named("g")), a_report(named("x")))) == [
        ("measure-report-part-code", "MeasureReport.group[0]")
    ]


def test_groups_are_those_of_the_measure_each_once() -> None:
    measure = a_measure(named("g"), named("h"), named("i"))
    report = a_report(named("g"), named("g"), named("x"), {})
    assert errors(reported(measure, report)) == [
        ("measure-report-part-twice", "MeasureReport.group[1]"),
        ("measure-report-part-unknown", "MeasureReport.group[2]"),
        ("measure-report-part-unnamed", "MeasureReport.group[3]"),
        ("measure-report-part-missing", "MeasureReport"),
        ("measure-report-part-missing", "MeasureReport"),
    ]


def test_data_collection_may_leave_groups_out() -> None:
    measure = a_measure(named("g"), named("h"))
    assert errors(reported(measure, a_report(named("g"), kind="data-collection"))) == []


def test_populations_and_stratifiers_are_those_of_the_group() -> None:
    group = named("g", population=[named("p"), named("q")], stratifier=[named("s")])
    report = a_report({"population": [named("p", count=1), named("x")], "stratifier": [{}]})
    place = "MeasureReport.group[0]"
    assert errors(reported(a_measure(group), report)) == [
        ("measure-report-part-unknown", f"{place}.population[1]"),
        ("measure-report-part-missing", place),
        ("measure-report-part-unnamed", f"{place}.stratifier[0]"),
        ("measure-report-part-missing", place),
    ]


def test_a_code_without_system_and_code_is_told_by_its_text() -> None:
    text = {"code": {"text": "Up to nine"}}
    group = named("g", stratifier=[text])
    assert errors(reported(a_measure(group), a_report({"stratifier": [text]}))) == []


def test_observations_of_a_measure_need_not_be_reported() -> None:
    system = "http://terminology.hl7.org/CodeSystem/measure-population"
    group = named("g", population=[{"code": code("measure-observation", system)}])
    assert errors(reported(a_measure(group), a_report({}))) == []


def test_many_parts_take_bounded_time() -> None:
    measure = a_measure(*(named(f"g{index}") for index in range(3000)))
    report = a_report(*(named(f"x{index}") for index in range(3000)))
    assert len(errors(reported(measure, report))) == 6000


def test_fhir_r5_names_parts_by_link_id() -> None:
    measure = a_measure({"linkId": "1"}, {"linkId": "2"})
    assert errors(reported(measure, a_report({"linkId": "1"}, {"linkId": "2"}))) == []


def score(value: Any = None, **more: Any) -> dict[str, Any]:
    return {"measureScore": {**({"value": value} if value is not None else {}), **more}}


@pytest.mark.parametrize(
    ("scoring", "given", "expected"),
    [
        ("proportion", score(Decimal("0.5")), []),
        ("proportion", score(2), ["score-range"]),
        ("proportion", score(1, unit="%"), ["score-unit-forbidden"]),
        ("proportion", {}, ["score-missing"]),
        ("proportion", score(), ["score-no-value"]),
        ("ratio", score(7, code="1"), []),
        ("continuous-variable", score(7), []),
        ("cohort", {}, []),
        ("cohort", score(1), ["score-cohort"]),
    ],
)
def test_scores_are_as_the_measure_is_scored(
    scoring: str, given: dict[str, Any], expected: list[str]
) -> None:
    session = reported(a_measure(named("g"), scoring=scoring), a_report(given))
    assert [one for one, _ in errors(session)] == [f"measure-report-{one}" for one in expected]


def test_a_score_has_the_unit_of_the_measure() -> None:
    url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
    unit = {"url": url, "valueCoding": {"system": "http://u", "code": "d"}}
    measure = a_measure(named("g"), scoring="ratio", extension=[unit])
    assert errors(reported(measure, a_report(score(1, system="http://u", code="d")))) == []
    place = "MeasureReport.group[0].measureScore"
    assert errors(reported(measure, a_report(score(1, system="http://u", code="h")))) == [
        ("measure-report-score-unit", f"{place}.code")
    ]


def test_data_collections_have_no_scores() -> None:
    session = reported(a_measure(named("g")), a_report(score(1), kind="data-collection"))
    assert [one for one, _ in errors(session)] == ["measure-report-score-data-collection"]


def subjects(count: int, *references: str) -> dict[str, Any]:
    results = [{"reference": one} for one in references]
    return {"population": [named("p", count=count, subjectResults=results)]}


def test_a_subject_list_counts_its_subjects() -> None:
    measure = a_measure(named("g", population=[named("p")]))
    entries = {"resourceType": "List", "entry": [{}, {}]}
    tools = FakeTools(targets={"#list": a_scope(entries)})

    def told(kind: str, population: dict[str, Any]) -> list[str]:
        session = reported(measure, a_report(population, kind=kind), tools)
        return [one for one, _ in found(session)]

    assert told("subject-list", subjects(3, "#list", "Patient/1")) == []
    assert told("subject-list", subjects(2, "Patient/1")) == ["measure-report-population-count"]
    assert told("subject-list", subjects(2, "Group/1")) == ["measure-report-population-uncounted"]
    assert told("summary", subjects(1, "Patient/1")) == ["measure-report-subjects-forbidden"]


def test_a_measure_that_is_not_at_hand_or_not_named_is_noted() -> None:
    unknown = reported(a_measure(), a_report(measure="http://other"))
    assert found(unknown) == [("measure-report-measure-unknown", "MeasureReport")]
    unnamed = reported(a_measure(), a_report(measure=None))
    assert found(unnamed) == [("measure-report-no-measure", "MeasureReport")]
    assert errors(unknown) == errors(unnamed) == []


def checked(measure: dict[str, Any], *others: Any, options: Options | None = None) -> Session:
    session = a_session(*others, options=options)
    check_measure(session, a_scope(measure))
    return session


def test_parts_of_a_measure_that_reports_cannot_name_are_noted() -> None:
    measure = a_measure({"population": [{}, {}]}, {"stratifier": [{}, {"component": [{}, {}]}]})
    session = checked(measure)
    assert {one for one, _ in found(session)} == {
        "measure-group-no-code",
        "measure-group-no-populations",
        "measure-part-no-code",
    }
    assert errors(session) == []


def a_library(*names: str, name: str = "Lib", **more: Any) -> dict[str, Any]:
    definitions = "".join(f'<def name="{one}"/>' for one in names)
    elm = f'<library xmlns="urn:hl7-org:elm:r1"><statements>{definitions}</statements></library>'
    content = {"contentType": "application/elm+xml", "data": b64encode(elm.encode()).decode()}
    return {"resourceType": "Library", "url": LIBRARY, "name": name, "content": [content], **more}


def stratified(expression: str, language: str = "text/cql") -> dict[str, Any]:
    return {"stratifier": [{"criteria": {"language": language, "expression": expression}}]}


@pytest.mark.parametrize(
    ("expression", "libraries", "message"),
    [
        ("Lib.Known", [a_library("Known")], None),
        ("Known", [a_library("Known")], None),
        ("Lib.Unknown", [a_library("Known")], "measure-criteria-undefined"),
        ("Other.Known", [a_library("Known")], "measure-criteria-library-unknown"),
        ("Known", [a_library("Known", content=[])], "measure-criteria-not-compiled"),
        (
            "Lib.Known",
            [a_library(content=[{"contentType": "application/elm+xml", "data": "PA=="}])],
            "measure-criteria-elm-broken",
        ),
        ("Count([Device: Ventilator])", [], None),
    ],
)
def test_criteria_name_a_definition_of_a_library(
    expression: str, libraries: list[Any], message: str | None
) -> None:
    measure = a_measure({**stratified(expression), "population": [{}]}, library=[LIBRARY])
    told = [one for one, _ in found(checked(measure, *libraries))]
    assert [one for one in told if one.startswith("measure-criteria")] == (
        [message] if message else []
    )


def test_criteria_in_cql_need_a_library() -> None:
    place = "Measure.group[0].stratifier[0].criteria"
    measure = a_measure({**stratified("Lib.Known"), "population": [{}]})
    assert errors(checked(measure)) == [("measure-criteria-no-library", place)]
    elsewhere = {**measure, "library": [LIBRARY]}
    assert found(checked(elsewhere)) == [("measure-library-unknown", "Measure.library[0]")]


def test_a_published_measure_can_be_shared() -> None:
    publishing = Options(for_publication=True)
    measure = {**a_measure(named("g", population=[{}])), "url": "http://hl7.org/fhir/Measure/m"}
    session = checked(measure, options=publishing)
    assert {one for one, _ in errors(session)} == {"measure-not-shareable"}
    assert errors(checked({**measure, "url": URL}, options=publishing)) == []
    assert found(checked(measure)) == []


def test_nothing_that_is_malformed_raises() -> None:
    broken: list[Any] = [None, 1, "x", [], {}, [None], [{}], {"coding": 3}]
    for value in broken:
        checked({"resourceType": "Measure", "group": value, "library": value, "scoring": value})
        checked(a_measure({"population": value, "stratifier": value}))
        reported(a_measure({"population": value}), a_report({"population": value, "code": value}))
        reported(a_measure(named("g"), scoring="ratio"), a_report({"measureScore": value}))
