"""``fhirpath``, ``each``, ``none``, ``unique``, ``references-resolve``."""

import pytest

from conformance_cli.model.result import Cause
from conformance_cli.model.verdict import Verdict
from tests.checks.exchanges import exchange, judge

SLOTS = "Bundle.entry.resource.ofType(Slot)"


def slot(identity, status="free", hour=10):
    return {
        "fullUrl": f"urn:uuid:{identity}",
        "resource": {
            "resourceType": "Slot",
            "id": identity,
            "status": status,
            "start": f"2026-11-23T{hour:02d}:00:00+01:00",
            "end": "2026-11-23T09:30:00Z",
        },
    }


def bundle(*entries):
    return exchange({"resourceType": "Bundle", "entry": list(entries)})


@pytest.mark.parametrize(
    ("expression", "verdict", "actual"),
    [
        ("Bundle.entry.exists()", Verdict.PASS, "true"),
        ("Bundle.entry.empty()", Verdict.FAIL, "false"),
        ("Bundle.id = 'x'", Verdict.FAIL, "empty: there is nothing that it could be true of"),
        ("Bundle.entry.fullUrl", Verdict.FAIL, '2 values: "urn:uuid:a", "urn:uuid:b"'),
        ("Bundle.entry.count()", Verdict.FAIL, "2"),
        ("(Bundle.entry.count() - 1)", Verdict.FAIL, "1"),
        ("Bundle.entry.first()", Verdict.FAIL, "an object"),
    ],
)
def test_only_exactly_true_is_true(expression, verdict, actual):
    finding = judge("fhirpath", expression, bundle(slot("a"), slot("b")))
    assert (finding.verdict, finding.actual) == (verdict, actual)
    assert (finding.expected, finding.where) == (expression, "Bundle")


def test_an_expression_that_cannot_be_evaluated_is_an_error():
    finding = judge(
        "fhirpath", "Bundle.entry.fullUrl.startsWith('a')", bundle(slot("a"), slot("b"))
    )
    assert finding.verdict is Verdict.ERROR
    assert "one text is needed, and there are 2" in finding.reason.text


def test_each_names_the_items_that_do_not_satisfy_it():
    entries = [slot(str(n), "free" if n % 2 else "busy") for n in range(12)]
    finding = judge("each", {"in": SLOTS, "satisfies": "status = 'free'"}, bundle(*entries))
    assert finding.verdict is Verdict.FAIL
    assert finding.expected == "status = 'free'"
    assert finding.actual == "6 of 12 do not: [0] Slot/0, [2] Slot/2, [4] Slot/4 and 3 more"
    assert finding.where == f"{SLOTS}[0] (Slot/0)"


def test_each_passes_where_every_item_satisfies_it():
    argument = {"in": SLOTS, "satisfies": "start < end // in time, whatever the letters say"}
    finding = judge("each", argument, bundle(slot("a"), slot("b")))
    assert (finding.verdict, finding.actual) == (Verdict.PASS, "all 2 do")


def test_each_over_nothing_is_never_a_pass():
    finding = judge("each", {"in": SLOTS, "satisfies": "true"}, bundle())
    assert finding.verdict is Verdict.NOT_TESTED
    assert finding.reason.cause is Cause.NOTHING_TO_JUDGE
    assert finding.reason.text == f"there is no {SLOTS}"


@pytest.mark.parametrize("condition", ["nothing", "id", "{}", "false", "status | id"])
def test_each_item_must_be_exactly_true(condition):
    finding = judge("each", {"in": SLOTS, "satisfies": condition}, bundle(slot("a")))
    assert finding.verdict is Verdict.FAIL


def test_each_sees_the_item_as_this_and_the_body_as_resource():
    condition = "$this.id = id and %resource.entry.exists(fullUrl = 'urn:uuid:b')"
    finding = judge("each", {"in": SLOTS, "satisfies": condition}, bundle(slot("a"), slot("b")))
    assert finding.verdict is Verdict.PASS


def test_an_item_without_identity_is_named_by_its_value():
    finding = judge("each", {"in": "entry.fullUrl", "satisfies": "$this = 'x'"}, bundle(slot("a")))
    assert finding.actual == '1 of 1 do not: [0] "urn:uuid:a"'
    assert finding.where == "entry.fullUrl[0]"


def test_a_path_that_is_an_expression_is_put_in_brackets():
    argument = {"in": "entry.resource.where(status = 'busy')", "satisfies": "false"}
    finding = judge("each", argument, bundle(slot("a", "busy")))
    assert finding.where == "(entry.resource.where(status = 'busy'))[0] (Slot/a)"


@pytest.mark.parametrize(
    ("argument", "verdict", "actual"),
    [
        ({"in": "Bundle.link"}, Verdict.PASS, "none"),
        ({"in": SLOTS}, Verdict.FAIL, "2: [0] Slot/a, [1] Slot/b"),
        ({"in": SLOTS, "satisfies": "status = 'held'"}, Verdict.PASS, "none of 2"),
        ({"in": SLOTS, "satisfies": "id = 'b'"}, Verdict.FAIL, "1: [1] Slot/b"),
    ],
)
def test_none_wants_no_such_item(argument, verdict, actual):
    finding = judge("none", argument, bundle(slot("a"), slot("b")))
    assert (finding.verdict, finding.actual) == (verdict, actual)


def test_none_says_where_the_first_one_is():
    finding = judge("none", {"in": SLOTS, "satisfies": "id = 'b'"}, bundle(slot("a"), slot("b")))
    assert finding.where == f"{SLOTS}[1] (Slot/b)"
    assert finding.expected == f"no {SLOTS} where id = 'b'"


def test_equal_values_are_not_unique():
    finding = judge("unique", {"in": f"{SLOTS}.id"}, bundle(slot("a"), slot("b"), slot("a")))
    assert finding.verdict is Verdict.FAIL
    assert finding.actual == 'items 0 and 2 are both "a" (of 3)'
    assert finding.where == f"{SLOTS}.id[2]"


def test_different_values_are_unique_and_no_value_is_nothing_to_judge():
    assert judge("unique", {"in": f"{SLOTS}.id"}, bundle(slot("a"))).verdict is Verdict.PASS
    assert judge("unique", {"in": f"{SLOTS}.id"}, bundle()).verdict is Verdict.NOT_TESTED


def message(*references, contained=()):
    resource = {
        "resourceType": "Appointment",
        "id": "ap1",
        "contained": list(contained),
        "participant": [{"actor": {"reference": r}} for r in references],
    }
    return bundle(
        {"fullUrl": "urn:uuid:0F3A", "resource": resource},
        {
            "fullUrl": "https://supplier.test/fhir/Patient/p1",
            "resource": {"resourceType": "Patient", "id": "p1"},
        },
    )


ACTORS = {"in": "Bundle.entry.resource.participant.actor"}


@pytest.mark.parametrize(
    "reference",
    [
        "urn:uuid:0f3a",
        "Appointment/ap1",
        "Patient/p1",
        "Patient/p1/_history/3",
        "https://supplier.test/fhir/Patient/p1",
        "https://supplier.test/fhir/Patient/p1/_history/3",
        "#c1",
    ],
)
def test_a_reference_into_the_bundle_resolves(reference):
    body = message(reference, contained=[{"resourceType": "Practitioner", "id": "c1"}])
    assert judge("references-resolve", ACTORS, body).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "reference",
    [
        "urn:uuid:0f3b",
        "Appointment/ap2",
        "patient/p1",
        "https://other.test/fhir/Patient/p1",
        "#c2",
        "p1",
        "",
        "Patient/p1?x=1",
    ],
)
def test_a_reference_that_points_nowhere_fails(reference):
    finding = judge("references-resolve", ACTORS, message("Patient/p1", reference or " "))
    assert finding.verdict is Verdict.FAIL
    assert finding.actual.startswith(f"1 of 2 point nowhere: [1] {reference}".rstrip())
    assert finding.where == "Bundle.entry.resource.participant.actor[1]"


def test_references_may_be_allowed_to_point_elsewhere():
    argument = {**ACTORS, "allow": ["https://directory\\.test/.*"]}
    body = message("https://directory.test/Organization/1")
    assert judge("references-resolve", argument, body).verdict is Verdict.PASS
    body = message("https://directory.test.evil/Organization/1")
    assert judge("references-resolve", argument, body).verdict is Verdict.FAIL


def test_references_may_be_given_as_their_texts():
    argument = {"in": "Bundle.entry.resource.participant.actor.reference"}
    assert judge("references-resolve", argument, message("Patient/p1")).verdict is Verdict.PASS


def test_an_identifier_only_reference_is_passed_over():
    body = bundle(
        {"resource": {"resourceType": "X", "participant": [{"actor": {"identifier": {}}}]}}
    )
    assert judge("references-resolve", ACTORS, body).verdict is Verdict.NOT_TESTED


def test_a_body_that_is_one_resource_knows_what_it_contains():
    body = exchange(
        {
            "resourceType": "Appointment",
            "id": "a",
            "contained": [{"resourceType": "Patient", "id": "p"}, 7],
            "participant": [{"actor": {"reference": "#p"}}],
        }
    )
    argument = {"in": "participant.actor"}
    assert judge("references-resolve", argument, body).verdict is Verdict.PASS


def test_what_another_resource_contains_is_out_of_reach():
    body = bundle(
        {"resource": {"resourceType": "X", "participant": [{"actor": {"reference": "#p"}}]}},
        {"resource": {"resourceType": "Y", "contained": [{"resourceType": "Patient", "id": "p"}]}},
    )
    finding = judge("references-resolve", ACTORS, body)
    assert (finding.verdict, finding.actual) == (Verdict.FAIL, "1 of 1 point nowhere: [0] #p")


def test_an_element_of_extensions_only_is_passed_over_and_shifts_no_other():
    body = {
        "resourceType": "Patient",
        "name": [{"given": [None, "Ann", "Bob"], "_given": [{"id": "x"}, None, None]}],
    }
    argument = {"in": "name.given", "satisfies": "$this = 'Ann'"}
    finding = judge("each", argument, exchange(body))
    assert finding.verdict is Verdict.FAIL
    assert finding.actual == '1 of 2 do not: [1] "Bob"'
