"""What all definitions have in common, and the rules of those with few of their own."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from conformance_cli.fhir.definitions.schema import Structure
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.resources.canonical import check_canonical_resource
from conformance_cli.fhir.resources.capability_statement import check_capability_statement
from conformance_cli.fhir.resources.implementation_guide import check_implementation_guide
from conformance_cli.fhir.resources.operation_definition import check_operation_definition
from conformance_cli.fhir.resources.publication import WORK_GROUP, check_publication
from conformance_cli.fhir.resources.rules import RESOURCE_RULES, rules_of
from conformance_cli.fhir.resources.search_parameter import check_search_parameter
from conformance_cli.fhir.validation.options import Options
from conformance_cli.fhir.validation.session import Scope, Session
from tests.fhir.resources.definitions import element, pinned, structure, tiny_library
from tests.fhir.resources.fakes import FakeLibrary, a_scope, a_session, errors, found, texts_of

STANDARDS = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status"


def told(session: Session) -> list[str]:
    assert all(texts_of(session)) or not session.found
    return [one for one, _ in found(session)]


def canonical(container: Scope | None = None, **resource: Any) -> Session:
    session = a_session()
    given = {"resourceType": "Library", **resource}
    relation = {"relation": "contained"} if container else {}
    check_canonical_resource(session, a_scope(given, container, **relation))
    return session


@pytest.mark.parametrize(
    ("url", "is_absolute"),
    [
        ("http://x.example/Library/l", True),
        ("urn:uuid:8ad1e2ee-8b6e-4c77-9f1d-a4b9b7e2a3c1", True),
        ("Library/l", False),
        ("#l", False),
        ("http://x.example/a b", False),
    ],
)
def test_canonical_urls_are_absolute_even_of_what_is_contained(url: str, is_absolute: bool) -> None:
    assert errors(canonical(url=url)) == (
        [] if is_absolute else [("canonical-url-relative", "Library.url")]
    )
    outer = a_scope({"resourceType": "Measure"})
    assert errors(canonical(outer, url=url)) == (
        [] if is_absolute else [("canonical-url-relative-contained", "Measure.resource.url")]
    )


@pytest.mark.parametrize(
    ("status", "standards", "expected"),
    [
        ("active", "normative", []),
        ("draft", "normative", ["canonical-status"]),
        ("draft", "trial-use", ["canonical-status-odd"]),
        ("retired", "informative", ["canonical-status-odd"]),
        ("active", "whatever", []),
    ],
)
def test_the_status_goes_with_the_standards_status(
    status: str, standards: str, expected: list[str]
) -> None:
    extension = [{"url": STANDARDS, "valueCode": standards}]
    assert told(canonical(status=status, extension=extension)) == expected


def test_versions_and_descriptions_are_looked_at() -> None:
    assert told(canonical(version="1#2", description="This is deprecated")) == [
        "canonical-version-hash",
        "canonical-deprecated",
    ]


def published(options: Options | None = None, **resource: Any) -> Session:
    session = a_session(options=options)
    given = {"resourceType": "Library", "url": "http://hl7.org/fhir/Library/l", **resource}
    check_publication(session, a_scope(given))
    return session


def group(code: str) -> dict[str, Any]:
    return {"url": WORK_GROUP, "valueCode": code}


def test_what_hl7_publishes_names_its_work_group() -> None:
    publishing = Options(for_publication=True)
    assert errors(published(publishing)) == [("publication-work-group-missing", "Library")]
    assert found(published()) == []
    assert found(published(publishing, url="http://x.example/Library/l")) == []
    assert found(published(publishing, url="http://hl7.org/fhir/sid/icd-10")) == []
    assert [one for one, _ in errors(published(extension=[group("nobody")]))] == [
        "publication-work-group-unknown"
    ]
    two = published(extension=[group("pa"), group("pc")])
    assert [one for one, _ in errors(two)] == ["publication-work-groups"]


@pytest.mark.parametrize(
    ("publisher", "severity"),
    [
        ("HL7 International / Patient Administration", None),
        ("HL7 International / Pharmacy", Severity.ERROR),
        ("Somebody", Severity.WARNING),
    ],
)
def test_the_publisher_is_the_work_group(publisher: str, severity: Severity | None) -> None:
    url = {"system": "url", "value": "http://www.hl7.org/Special/committees/pafm/index.cfm"}
    contact = [{"telecom": [url]}]
    session = published(extension=[group("pa")], publisher=publisher, contact=contact)
    assert [one.severity for one in session.found] == ([severity] if severity else [])


def searched(**parameter: Any) -> Session:
    origin = {
        "resourceType": "SearchParameter",
        "url": "http://origin",
        "base": ["Patient"],
        "type": "string",
        "expression": "Patient.kind | Observation.code",
    }
    session = a_session(library=tiny_library(origin))
    check_search_parameter(session, a_scope({"resourceType": "SearchParameter", **parameter}))
    return session


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ({"code": "kind", "expression": "Patient.kind.coding | Group.x", "type": "token"}, []),
        ({"expression": "Patient.valueQuantity | Patient.active.where($this)"}, []),
        ({"expression": "Patient.kind | Patient.nothing"}, ["search-parameter-path"]),
        ({"code": "a.b"}, ["search-parameter-code"]),
        ({"expression": "Patient.kind.where("}, ["search-parameter-expression"]),
        ({"type": "composite", "component": [{}]}, ["search-parameter-components"]),
        ({"type": "composite", "component": [{}, {}]}, []),
        ({"derivedFrom": "http://nobody"}, ["search-parameter-origin-unknown"]),
        ({"derivedFrom": "http://origin", "base": ["Patient"], "expression": "Patient.kind"}, []),
        (
            {"derivedFrom": "http://origin", "base": ["Patient"], "expression": "Patient.link"},
            ["search-parameter-origin-expression"],
        ),
        ({"derivedFrom": "http://origin", "base": ["Group"]}, ["search-parameter-origin-base"]),
        ({"derivedFrom": "http://origin", "type": "token"}, ["search-parameter-origin-type"]),
    ],
)
def test_search_parameters(parameter: dict[str, Any], expected: list[str]) -> None:
    assert told(searched(**parameter)) == expected


def test_a_capability_statement_gives_parameters_their_own_type() -> None:
    parameter = {"resourceType": "SearchParameter", "url": "http://p", "type": "token"}
    uses = [{"definition": "http://p", "type": kind} for kind in ("token", "string")]
    statement = {
        "resourceType": "CapabilityStatement",
        "rest": [{"resource": [{"searchParam": uses}]}],
    }
    session = a_session(parameter)
    check_capability_statement(session, a_scope(statement))
    place = "CapabilityStatement.rest[0].resource[0].searchParam[1]"
    assert errors(session) == [("capability-search-type", place)]


def guide(*dependencies: dict[str, Any], **more: Any) -> list[str]:
    session = a_session(options=more.pop("options", None))
    resource = {
        "resourceType": "ImplementationGuide",
        "fhirVersion": ["4.0.1"],
        "dependsOn": list(dependencies),
        **more,
    }
    check_implementation_guide(session, a_scope(resource))
    return told(session)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"uri": "http://g/ImplementationGuide/g|1.0"}, []),
        ({"uri": "http://g/ImplementationGuide/g|2.0"}, ["versions"]),
        ({"uri": "http://g/ImplementationGuide/g|"}, ["version-empty"]),
        ({"uri": "http://g/g"}, ["url"]),
        ({"packageId": "not a package"}, ["package"]),
        ({"packageId": None}, ["incomplete"]),
        (
            {"uri": "http://g/ImplementationGuide/g|1.0", "version": None},
            ["version-in-url", "incomplete"],
        ),
    ],
)
def test_dependencies_of_a_guide(change: dict[str, Any], expected: list[str]) -> None:
    good = {"uri": "http://g/ImplementationGuide/g", "packageId": "a.b", "version": "1.0"}
    assert guide({**good, **change}) == [f"guide-dependency-{one}" for one in expected]


def test_guides_of_hl7_state_their_standing() -> None:
    url = "http://hl7.org/fhir/ImplementationGuide/g"
    assert guide(url=url) == ["guide-hl7-missing", "guide-hl7-missing", "guide-hl7-maturity"]
    assert guide(url="http://x.example/g") == []
    assert guide(fhirVersion=[]) == []


def parameters_profile() -> Structure:
    """A profile on Parameters, with one parameter, ``code``, of type Coding."""
    one = element(
        "Parameters.parameter",
        "BackboneElement",
        id="Parameters.parameter:code",
        min=1,
        slice_name="code",
        children=(
            element("Parameters.parameter.name", "string", fixed=pinned("string", "code")),
            element("Parameters.parameter.value[x]", "Coding"),
        ),
    )
    parameter = element("Parameters.parameter", "BackboneElement", many=True, slices=(one,))
    return structure("Parameters", parameter, url="http://in", derivation="constraint")


def operated(*parameters: dict[str, Any], **more: Any) -> list[str]:
    library = FakeLibrary(
        [{"resourceType": "OperationDefinition", "url": "http://b", "base": "http://o"}],
        {"http://in": parameters_profile(), "http://p": structure("Patient", url="http://p")},
    )
    session = a_session(library=library)
    operation = {
        "resourceType": "OperationDefinition",
        "url": "http://o",
        "parameter": [{"use": "in", **one} for one in parameters],
        **more,
    }
    check_operation_definition(session, a_scope(operation))
    return told(session)


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ({"name": "code", "min": 1, "max": "1", "type": "Coding"}, []),
        ({"name": "code", "min": 0, "max": "*"}, ["cardinality", "cardinality"]),
        ({"name": "code", "type": "string"}, ["types"]),
        ({"name": "other"}, ["only", "only"]),
    ],
)
def test_parameters_of_an_operation_fit_its_profile(
    parameter: dict[str, Any], expected: list[str]
) -> None:
    messages = operated(parameter, inputProfile="http://in")
    assert [one.rpartition("-")[2] for one in messages] == expected


def test_the_base_and_the_profiles_of_an_operation() -> None:
    assert operated(base="http://b") == ["operation-base-circle"]
    assert operated(base="http://unknown") == []
    assert operated(outputProfile="http://p") == ["operation-profile-type"]
    assert operated(outputProfile="http://unknown") == ["operation-profile-unknown"]


def test_every_rule_that_is_listed_is_there() -> None:
    for name in RESOURCE_RULES:
        for rule in rules_of(name):
            rule(a_session(), a_scope({"resourceType": name}))


def test_rules_take_whatever_they_are_given() -> None:
    broken: list[Any] = [None, 1, "x", [], {}, [None], [{}], [[]]]
    keys = ("url", "extension", "parameter", "base", "rest", "dependsOn", "code", "derivedFrom")
    for name in sorted(RESOURCE_RULES.keys() - {"CodeSystem", "ConceptMap", "ValueSet"}):
        for value in broken:
            for rule in rules_of(name):
                rule(a_session(), a_scope({"resourceType": name, **dict.fromkeys(keys, value)}))


def test_most_types_have_no_rules_and_load_none() -> None:
    code = (
        "import sys; from conformance_cli.fhir.resources.rules import rules_of;"
        "assert rules_of('Patient') == ();"
        "loaded = [name for name in sys.modules if '.fhir.resources.' in name];"
        "print(*sorted(name.rpartition('.')[2] for name in loaded))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["kinds", "rules"]
