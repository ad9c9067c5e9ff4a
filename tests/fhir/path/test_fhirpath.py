"""FHIRPath means what the specification says, for everything that packs lean on."""

import json

import pytest

from conformance_cli.fhir import default_fhirpath

BUNDLE = {
    "resourceType": "Bundle",
    "type": "searchset",
    "total": 3,
    "entry": [
        {
            "fullUrl": "urn:uuid:1",
            "resource": {
                "resourceType": "Slot",
                "id": "s1",
                "status": "free",
                "schedule": {"reference": "Schedule/c1"},
                "start": "2026-11-23T10:00:00+01:00",
                "end": "2026-11-23T09:20:00Z",
            },
        },
        {
            "fullUrl": "urn:uuid:2",
            "resource": {
                "resourceType": "Slot",
                "id": "s2",
                "status": "busy",
                "schedule": {"reference": "urn:uuid:3"},
                "start": "2026-11-24T10:00:00Z",
                "end": "2026-11-24T10:20:00Z",
            },
        },
        {
            "fullUrl": "urn:uuid:3",
            "resource": {
                "resourceType": "Schedule",
                "id": "c1",
                "actor": [{"reference": "#p"}],
                "planningHorizon": {"start": "2026-11-01", "end": "2026-12-01"},
                "contained": [{"resourceType": "Practitioner", "id": "p"}],
            },
        },
    ],
}
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "active": True,
    "birthDate": "1974-12-25",
    "_birthDate": {
        "extension": [{"url": "http://x/birthTime", "valueDateTime": "1974-12-25T14:35:45+00:00"}]
    },
    "name": [
        {"use": "official", "family": "Chalmers", "given": ["Peter", "James"]},
        {"use": "usual", "given": ["Jim"]},
    ],
    "multipleBirthInteger": 2,
    "extension": [
        {"url": "http://x/a", "valueCode": "red"},
        {"url": "http://x/b", "extension": [{"url": "in", "valueDecimal": 1.1}]},
        {"valueCode": "has no url"},
    ],
    "contact": [{"name": {"text": "Mum"}}],
}
FHIRPATH = default_fhirpath("4.0.1")
_RESOLVES = (
    "entry.resource.schedule.reference.all(%resource.entry.select("
    "fullUrl | resource.select(type().name & '/' & id)) contains $this)"
)


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        # paths and types
        ("Bundle.type", ["searchset"]),
        ("type", ["searchset"]),
        ("Patient.name", []),
        ("Resource.type", ["searchset"]),
        ("Bundle.entry.resource.ofType(Slot).id", ["s1", "s2"]),
        ("Bundle.entry.resource.ofType(FHIR.Slot).count()", [2]),
        ("Bundle.entry.resource.ofType(DomainResource).count()", [3]),
        ("Bundle.entry.resource.ofType(Patient).exists()", [False]),
        ("Bundle.entry.resource.where($this is Schedule).id", ["c1"]),
        ("Bundle.entry[1].resource is Slot", [True]),
        ("(Bundle.entry[1].resource as Slot).id", ["s2"]),
        ("(Bundle.entry[1].resource as Schedule).id", []),
        ("Bundle.entry[3]", []),
        ("Bundle.entry[0].resource.start is instant", [True]),
        ("Bundle.entry[0].resource.id is System.String", [True]),
        ("Bundle.total is integer", [True]),
        ("Bundle.total.is(FHIR.unsignedInt)", [True]),
        ("Bundle.total.ofType(string)", []),
        # existence and filtering
        ("Bundle.entry.exists()", [True]),
        ("Bundle.entry.resource.where(status = 'free').id", ["s1"]),
        ("Bundle.entry.exists(resource.status = 'busy')", [True]),
        ("Bundle.entry.all(fullUrl.startsWith('urn:uuid:'))", [True]),
        ("Bundle.entry.resource.all(status = 'free')", [False]),
        ("Bundle.nothing.all(false)", [True]),
        ("Bundle.entry.select(resource.id)", ["s1", "s2", "c1"]),
        ("Bundle.entry.resource.status.first()", ["free"]),
        ("Bundle.entry.resource.last().id", ["c1"]),
        ("Bundle.entry.tail().skip(1).take(5).fullUrl", ["urn:uuid:3"]),
        ("Bundle.entry.resource.id.distinct().count() = Bundle.entry.count()", [True]),
        ("(1 | 2 | 2 | 1.0).count()", [2]),
        ("(Bundle.entry.resource.id | 's1' | 'x').count()", [4]),
        ("Bundle.entry.resource.id.isDistinct()", [True]),
        ("Bundle.repeat(entry | resource | schedule).reference", ["Schedule/c1", "urn:uuid:3"]),
        ("Bundle.descendants().where($this is Practitioner).id", ["p"]),
        ("iif(Bundle.total > 2, 'many', 'few')", ["many"]),
        ("iif(Bundle.nothing, 'a')", []),
        ("Bundle.entry.resource.status.subsetOf('free' | 'busy')", [True]),
        ("'free' in Bundle.entry.resource.status", [True]),
        ("Bundle.entry.resource.status contains 'held'", [False]),
        ("Bundle.entry.resource.schedule.resolve().id", ["c1", "c1"]),
        ("Bundle.entry.resource.actor.resolve().id", ["p"]),
        # a reference against the fullUrls and ids of the same Bundle
        (_RESOLVES, [True]),
        # $this, $index
        ("Bundle.entry.where($index = 1).fullUrl", ["urn:uuid:2"]),
        ("entry.where(resource.exists(id = 's2') and $this.fullUrl.exists()).count()", [1]),
        (
            "entry.where(%resource.entry.exists(fullUrl = 'x') or $this.fullUrl = fullUrl).count()",
            [3],
        ),
        # logic with nothing in it
        ("{} and false", [False]),
        ("{} and true", []),
        ("{} or true", [True]),
        ("false implies {}", [True]),
        ("true xor {}", []),
        ("Bundle.nothing = 1", []),
        ("Bundle.nothing != 1", []),
        ("true.not()", [False]),
        # equality is over whole collections
        ("(1 | 2) = (1 | 3)", [False]),
        ("(1 | 2) = (1 | 2)", [True]),
        ("(1 | 2) = 1", [False]),
        ("1 = 1.0", [True]),
        ("1 = true", [False]),
        ("'a' ~ 'A '", [True]),
        ("(1 | 2) ~ (2 | 1)", [True]),
        # strings
        ("'Abc'.lower() & 'x'.upper()", ["abcX"]),
        ("'abc'.startsWith('ab') and 'abc'.endsWith('bc') and 'abc'.contains('b')", [True]),
        ("'abc'.substring(1, 1) + 'abc'.substring(2)", ["bc"]),
        ("'a,b'.split(',').join('-')", ["a-b"]),
        ("'abc'.length() + 'abc'.indexOf('c')", [5]),
        ("'abc'.matches('^[a-c]+$')", [True]),
        ("'abc'.matches('b')", [True]),
        ("'abc'.matchesFull('b')", [False]),
        ("'abc'.replace('b', 'xx').replaceMatches('x(x)', '$1')", ["axc"]),
        (r"'it\'s \\n \u00e9 \n.'", ["it's \\n é \n."]),
        ("'YWI='.decode('base64') & 'ab'.encode('hex')", ["ab6162"]),
        ("''.startsWith('')", [True]),
        ("{}.startsWith('a')", []),
        ("1 'mg'.toString()", ["1 'mg'"]),
        # numbers
        ("1 + 2 * 3 - 4 / 2", [5]),
        ("7 div 2 + 7 mod 2", [4]),
        ("1 / 0", []),
        ("0.1 + 0.2 = 0.3", [True]),
        ("'12'.toInteger() + '0.5'.toDecimal()", [12.5]),
        ("'x'.toInteger()", []),
        ("(-1.5).abs().round() + 2.power(3) + 9.sqrt()", [13]),
        ("(1 | 2 | 3).sum() + (1 | 2 | 3).aggregate($this + $total, 0)", [12]),
        ("trace('x').type", ["searchset"]),
    ],
)
def test_an_expression_over_a_bundle(expression, result):
    assert FHIRPATH.evaluate(expression, BUNDLE) == result


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("Patient.name.given", ["Peter", "James", "Jim"]),
        ("Patient.name.where(use = 'official').given.first()", ["Peter"]),
        ("Patient.birthDate.count()", [1]),
        ("Patient.birthDate.extension('http://x/birthTime').value", ["1974-12-25T14:35:45+00:00"]),
        ("Patient.extension('http://x/a').value = 'red'", [True]),
        ("Patient.extension('http://x/b').extension('in').value = 1.1", [True]),
        ("Patient.extension('http://x/b').extension('in').value < 1.2", [True]),
        ("Patient.extension('http://x/none').value", []),
        ("Patient.multipleBirth is integer", [True]),
        ("Patient.multipleBirth + 1", [3]),
        ("Patient.contact.name.text", ["Mum"]),
        ("Patient.contact is BackboneElement", [True]),
        ("Patient.active", [True]),
        ("Patient.name.given.hasValue()", [False]),
        ("Patient.birthDate.hasValue()", [True]),
        ("Patient.`name`[1].use", ["usual"]),
        ("Patient.name.exists(given.count() > 1)", [True]),
        ("Patient.type().name", ["Patient"]),
    ],
)
def test_an_expression_over_a_patient(expression, result):
    assert FHIRPATH.evaluate(expression, PATIENT) == result


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        # 10:00+01:00 is 09:00Z: by their letters, the first would come after the second
        ("Bundle.entry[0].resource.select(start < end)", [True]),
        ("Bundle.entry[0].resource.start = @2026-11-23T09:00:00Z", [True]),
        ("Bundle.entry[0].resource.start < @2026-11-23T09:00:00.001Z", [True]),
        ("Bundle.entry[0].resource.start >= '2026-11-23T09:00:00Z'", [True]),
        ("@2026-11-23T10:00:00Z = @2026-11-23T10:00:00.000Z", [True]),
        ("@2026-11-23T10:00:00Z = @2026-11-23T11:00:00+01:00", [True]),
        ("@2026-11-23T10:00:00Z ~ @2026-11-23T11:00:00+01:00", [True]),
        # what was not written cannot be compared
        ("@2026-11-23T10:00:00 = @2026-11-23T10:00:00Z", []),
        ("@2026-11 = @2026-11-23", []),
        ("@2026-11 < @2026-12-23", [True]),
        ("@2026-11-23T10:00Z = @2026-11-23T10:00:00Z", []),
        ("@2026-11 ~ @2026-11-23", [False]),
        ("Bundle.entry[2].resource.planningHorizon.select(start < end)", [True]),
        ("@T10:30 < @T10:31", [True]),
        ("@2026-11-23 = 'not a date'", [False]),
        # arithmetic
        ("@2026-11-23 + 14 days", ["2026-12-07"]),
        ("@2026-01-31 + 1 month", ["2026-02-28"]),
        ("@2026-11-23T10:00:00+01:00 + 90 minutes", ["2026-11-23T11:30:00+01:00"]),
        ("Bundle.entry[1].resource.select(start + 20 minutes = end)", [True]),
        ("@T23:30 + 45 minutes", ["00:15"]),
        ("6 days < 1 week", [True]),
        ("'2026-11-23'.toDate() = @2026-11-23", [True]),
        ("'2026-11-23T10:00:00Z'.toDateTime().toDate()", ["2026-11-23"]),
        ("'2026-13-01'.convertsToDate()", [False]),
    ],
)
def test_times_are_compared_as_times(expression, result):
    assert FHIRPATH.evaluate(expression, BUNDLE) == result


def test_times_of_unknown_elements_meet_time_literals_as_times():
    body = {"issued": "2026-11-23T10:00:00+01:00"}
    assert FHIRPATH.evaluate("issued = @2026-11-23T09:00:00Z", body) == [True]


@pytest.mark.parametrize("body", [{"a": 1}, [1, 2], "text", 5, None, True, [], {}])
def test_a_body_that_is_no_resource_has_no_resource_in_it(body):
    assert FHIRPATH.evaluate("Bundle.entry", body) == []
    assert FHIRPATH.evaluate("Patient.exists()", body) == [False]


def test_members_of_plain_json_can_be_reached():
    assert FHIRPATH.evaluate("access_token.length() > 2", {"access_token": "abc"}) == [True]


def test_variables_are_available_by_name():
    variables = {"slot": {"id": "s2"}, "ids": ["s1", "s2"], "none": None}
    expression = "Bundle.entry.resource.where(id in %ids and id = %slot.id).id | %none"
    assert FHIRPATH.evaluate(expression, BUNDLE, variables) == ["s2"]


def test_a_context_variable_is_the_whole_resource():
    assert FHIRPATH.evaluate("entry.resource.select(%context.type)", BUNDLE) == ["searchset"] * 3


def test_well_known_variables_are_there():
    assert FHIRPATH.evaluate("%sct | %ucum | %`vs-x` | %`ext-y`", {}) == [
        "http://snomed.info/sct",
        "http://unitsofmeasure.org",
        "http://hl7.org/fhir/ValueSet/x",
        "http://hl7.org/fhir/StructureDefinition/y",
    ]


def test_choices_are_known_for_each_version_of_fhir():
    stu3 = {"resourceType": "Appointment", "created": "2018-01-01T00:00:00Z", "id": "a"}
    assert default_fhirpath("3.0.2").evaluate("created is dateTime", stu3) == [True]
    observation = {"resourceType": "Observation", "valueQuantity": {"value": 3, "unit": "kg"}}
    for version in ("3.0.1", "4.0.1", "5.0.0"):
        evaluator = default_fhirpath(version)
        assert evaluator.evaluate("value.ofType(Quantity).unit", observation) == ["kg"]


def test_results_are_plain_json():
    expression = "@2026-11-23 | 1.5 | 2.0 | @T10:00 | 3 'mg' | 'x' | true"
    result = FHIRPATH.evaluate(expression, {})
    assert result == ["2026-11-23", 1.5, 2, "10:00", {"value": 3, "unit": "mg"}, "x", True]
    json.dumps(result)


def test_nothing_is_ever_printed(capsys):
    FHIRPATH.evaluate("trace('secret', id).name.trace('more')", PATIENT)
    assert capsys.readouterr() == ("", "")


def test_a_resource_is_left_as_it_was():
    before = json.dumps(PATIENT)
    FHIRPATH.evaluate("descendants().extension | name.given.select($this & 'x')", PATIENT)
    assert json.dumps(PATIENT) == before


def test_comments_are_passed_over():
    assert FHIRPATH.evaluate("1 // one\n + /* two */ 2", {}) == [3]
