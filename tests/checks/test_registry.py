"""Checks by name, what lint says about their arguments, and checks of others."""

import importlib.metadata
from importlib.metadata import EntryPoint

import pytest

from conformance_cli.checks import Finding, argument_problems, find, names, registry
from conformance_cli.model.diagnostics import DefinitionError
from conformance_cli.model.result import Cause
from conformance_cli.model.verdict import Verdict
from tests.checks.exchanges import exchange, subject

DOCUMENTED = """status statuses header media-type body resource-type fhirpath each none value
unique references-resolve operation-outcome json-schema no-match duration tls jwt
base-fhir conforms-to"""


def test_every_documented_assertion_is_there():
    assert sorted(names()) == sorted(DOCUMENTED.split())
    for name in names():
        assert callable(find(name))


def test_an_unknown_name_is_told_the_nearest():
    with pytest.raises(DefinitionError) as caught:
        find("operation-outcom")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "check-not-found"
    assert diagnostic.message.endswith('did you mean "operation-outcome"?')
    assert argument_problems("statu", 200) == [
        'there is no assertion "statu"; did you mean "status"?'
    ]


GOOD = [
    ("status", "${each.status}"),
    ("status", [400, "${each.status}"]),
    ("statuses", [[200, 409], ["${each.a}", "5xx"]]),
    ("header", {"Allow": "present", "X-Request-Id": "${sent}", "E": {"matches": "a+"}}),
    ("media-type", ["application/fhir+json", "${values.type}"]),
    ("body", "absent"),
    ("resource-type", ["Bundle", "OperationOutcome"]),
    ("fhirpath", "Appointment.id = ${booked.id} and start > ${now}"),
    ("each", {"in": "Bundle.entry", "satisfies": "code in ${values.codes}"}),
    ("none", {"in": "Bundle.entry"}),
    ("value", {"of": "${slot.id}", "not-equals": "${other.id}"}),
    ("unique", {"in": "Bundle.entry.fullUrl"}),
    ("references-resolve", {"in": "Bundle.entry", "allow": "https://.*"}),
    ("operation-outcome", {"code": ["A", "B"], "issue": "${each.issue}"}),
    ("operation-outcome", None),
    ("json-schema", "slots"),
    ("base-fhir", True),
    ("base-fhir", {"profiles": "declared", "in": "Bundle.entry.resource"}),
    ("conforms-to", "https://example.org/StructureDefinition/a|1.0"),
    ("conforms-to", ["urn:oid:1.2", "${values.profile}"]),
    ("conforms-to", {"profile": "${values.profile}", "in": "Bundle.entry.resource"}),
    ("no-match", {"in": "whole", "nhs-numbers": True}),
    ("duration", {"under": 2100, "percentile": 90}),
    ("duration", {"under": "${values.limit}"}),
    ("tls", {"minimum": "1.2", "verified": True}),
    ("jwt", {"of": "${token}", "header": {"alg": "RS512"}, "claims": {"exp": "present"}}),
]


@pytest.mark.parametrize(("kind", "argument"), GOOD, ids=lambda x: str(x)[:30])
def test_a_good_argument_has_no_problem(kind, argument):
    assert argument_problems(kind, argument) == []


BAD = [
    ("status", 99, "99 is not a status"),
    ("status", True, "True is not a status"),
    ("status", "6xx", '"6xx" is not a status'),
    ("status", None, "needs a status"),
    ("status", {"is": 200}, "is not a status"),
    ("statuses", [200, 409], "list of lists"),
    ("statuses", 200, "list of lists"),
    ("statuses", [[200, 999]], "999 is not a status"),
    ("header", ["Allow"], "mapping of header names"),
    ("header", {"Allow": {"contain": "x"}}, 'unknown key "contain"; did you mean "contains"?'),
    ("header", {"Allow": ["a"]}, "did you mean one-of?"),
    ("header", {"Allow": {"ignore-case": True}}, "says nothing about the value"),
    ("header", {"Allow": {"present": "yes"}}, "present must be true or false"),
    ("header", {"Allow": {"matches": "("}}, "bad pattern"),
    ("media-type", "json", '"json" is not a media type'),
    ("media-type", "text/html; charset=utf-8", "without parameters"),
    ("media-type", [], "must be a text"),
    ("body", "jsn", "must be present, absent or json"),
    ("resource-type", "bundle", "not the name of a resource type"),
    ("fhirpath", "a b", "column 3"),
    ("fhirpath", "a.frist() = ${x}", 'did you mean "first"?'),
    ("fhirpath", "start > now()", "write ${now}"),
    ("fhirpath", 5, "must be a FHIRPath text"),
    ("each", {"in": "a"}, 'needs "satisfies"'),
    ("each", {"in": "a", "satifies": "b"}, 'unknown key "satifies"; did you mean "satisfies"?'),
    ("each", {"in": "a(", "satisfies": "b"}, "in: "),
    ("none", "a", "must be a mapping of in, satisfies"),
    ("value", {"of": 1}, "says nothing about the value"),
    ("value", {"equals": 1}, 'needs "of"'),
    ("value", {"of": 1, "one-of": []}, "one-of needs at least one value"),
    ("unique", {"in": 3}, "in must be a FHIRPath text"),
    ("references-resolve", {"in": "a", "allow": "(a+)+"}, "repetitions nest"),
    ("operation-outcome", {"issue": "invaild"}, '"invaild" is not a code'),
    ("operation-outcome", {"code": 400}, "code must be a text"),
    ("operation-outcome", "X", "must be a mapping"),
    ("json-schema", {"a": 1}, "must be the name of a file"),
    ("base-fhir", False, "must be true"),
    ("base-fhir", {"profile": "declared"}, 'unknown key "profile"; did you mean "profiles"?'),
    ("base-fhir", {"profiles": "https://example.org/a"}, "there is conforms-to"),
    ("base-fhir", {"in": "a("}, "in: "),
    ("conforms-to", "Patient", '"Patient" is not the URL of a profile'),
    ("conforms-to", [], "must be a text"),
    ("conforms-to", {"in": "a"}, 'needs "profile"'),
    ("no-match", {"in": "whole"}, "looks for nothing"),
    ("no-match", {"in": "a)", "patterns": ["x"]}, "in: "),
    ("no-match", {"patterns": [5]}, "patterns must be a text"),
    ("duration", {"under": "5s"}, "must be a number"),
    ("duration", {"under": -1}, "must be a number"),
    ("duration", {"percentile": 90}, 'needs "under"'),
    ("duration", {"under": 5, "percentile": 101}, "percentile must be a number from 1 to 100"),
    ("duration", 5000, "must be a mapping"),
    ("tls", {"minimum": 1.2}, "minimum must be one of"),
    ("tls", {}, "asks for nothing"),
    ("jwt", {"of": "x", "claims": ["exp"]}, "claims must be a mapping"),
    ("jwt", {"of": "x", "claims": {"exp": {"bigger": 1}}}, 'claims.exp: unknown key "bigger"'),
]


@pytest.mark.parametrize(("kind", "argument", "told"), BAD, ids=lambda x: str(x)[:30])
def test_a_bad_argument_is_told_in_words_and_is_an_error_when_run(kind, argument, told):
    problems = argument_problems(kind, argument)
    assert any(told in problem for problem in problems), problems
    finding = find(kind)(argument, subject(exchange({"a": 1})))
    assert finding.verdict is Verdict.ERROR
    assert finding.reason.cause is Cause.TOOL


@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        ("status", "${"),
        ("statuses", [["${"]]),
        ("body", "${"),
        ("duration", {"under": "${"}),
        ("tls", {"minimum": "${"}),
        ("value", {"of": "a", "matches": "${"}),
    ],
)
def test_text_that_only_looks_like_a_template_is_an_error_when_run(kind, argument):
    finding = find(kind)(argument, subject(exchange({"a": 1})))
    assert finding.verdict in (Verdict.ERROR, Verdict.FAIL)


def excited(argument, looked_at):
    """A check as somebody else would write it."""
    if argument == "break":
        raise RuntimeError("oh no")
    if argument == "nothing":
        return None
    return Finding(Verdict.PASS, f"{len(looked_at.exchanges)} exchange!")


@pytest.fixture
def installed(monkeypatch):
    """Installs entry points for one test."""

    def install(*points):
        registered = [EntryPoint(name, value, registry.GROUP) for name, value in points]
        monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: registered)
        registry._registered.cache_clear()

    yield install
    registry._registered.cache_clear()


def test_a_check_of_somebody_else_is_found_by_its_name(installed):
    installed(("excited", "tests.checks.test_registry:excited"))
    assert "excited" in names()
    assert argument_problems("excited", {"any": "thing"}) == []
    finding = find("excited")("x", subject(exchange()))
    assert (finding.verdict, finding.title) == (Verdict.PASS, "1 exchange!")


@pytest.mark.parametrize(("argument", "told"), [("break", "oh no"), ("nothing", "no finding")])
def test_a_check_of_somebody_else_that_breaks_is_an_error(installed, argument, told):
    installed(("excited", "tests.checks.test_registry:excited"))
    finding = find("excited")(argument, subject(exchange()))
    assert finding.verdict is Verdict.ERROR
    assert told in finding.reason.text


def test_a_check_that_cannot_be_loaded_is_a_definition_error(installed):
    installed(("excited", "no.such.module:excited"))
    with pytest.raises(DefinitionError, match="cannot be loaded"):
        find("excited")


def test_nobody_can_hide_a_built_in_check(installed):
    installed(("status", "tests.checks.test_registry:excited"))
    with pytest.raises(DefinitionError) as caught:
        names()
    assert caught.value.diagnostics[0].code == "check-name-taken"
    assert find("status")(200, subject(exchange(status=500))).verdict is Verdict.FAIL
