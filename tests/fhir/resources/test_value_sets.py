"""Value sets: what they include exists, and filters fit what code systems declare."""

import pytest

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.resources.value_sets import check_value_set
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope
from tests.fhir.terminology.definitions import (
    BODY,
    COLOURS,
    SNOMED,
    body,
    code_system,
    colours,
    filtering,
    listing,
    value_set,
)
from tests.fhir.terminology.session import session

VS = "http://clinic.test/ValueSet/chosen"
WAVES = code_system(
    COLOURS,
    {"code": "red", "display": "Red"},
    property=[
        {"code": "wave", "type": "integer"},
        {"code": "since", "type": "dateTime"},
        {"code": "warm", "type": "boolean"},
        {"code": "near", "type": "Coding"},
        {"code": "up", "type": "code"},
    ],
    filter=[{"code": "wave", "operator": ["="], "value": "x"}, {"code": "own", "operator": ["in"]}],
)


def found_in(resource, *loaded, least=Severity.WARNING, **options):
    asked = session(*(loaded or (colours(), body())), **options)
    check_value_set(asked, Scope(resource, Place(None, "ValueSet")))
    prefix = "ValueSet.compose."
    return [
        (one.severity.value, one.place.expression.removeprefix(prefix), one.message.id)
        for one in asked.found
        if one.severity.rank <= least.rank
    ]


def check(*includes, loaded=(), **more):
    return found_in(value_set(VS, *includes, **more), *loaded)


def check_filter(name, operation, value, loaded=(WAVES,), system=COLOURS):
    found = check(filtering(system, (name, operation, value)), loaded=loaded)
    assert all(place == "include[0].filter[0]" for _, place, _ in found)
    return [(severity, message) for severity, _, message in found]


def test_a_sound_one_has_nothing_to_say():
    assert check({"system": COLOURS}, listing(BODY, "arm"), exclude=[listing(COLOURS, "red")]) == []


class TestSystems:
    def test_they_are_absolute(self):
        assert check({"system": "colours"}) == [
            ("error", "include[0]", "value-set-system-relative")
        ]

    def test_a_contained_one_is_named_by_its_url(self):
        inner = colours(id="c")
        assert check({"system": "#c"}, contained=[inner]) == [
            ("error", "include[0]", "value-set-system-relative")
        ]
        assert check({"system": "#other"}, contained=[inner]) == [
            ("error", "include[0]", "value-set-system-relative"),
            ("error", "include[0]", "value-set-system-contained"),
        ]

    def test_they_carry_no_version(self):
        assert check({"system": f"{COLOURS}|2"}) == [
            ("error", "include[0]", "value-set-system-version")
        ]

    def test_they_are_not_value_sets(self):
        other = value_set("http://clinic.test/vs", {"system": COLOURS})
        assert check({"system": "http://clinic.test/vs"}, loaded=(other,)) == [
            ("error", "include[0]", "value-set-system-is-value-set")
        ]

    def test_they_are_not_supplements(self):
        extra = code_system("http://clinic.test/x", content="supplement", supplements=COLOURS)
        assert check({"system": "http://clinic.test/x"}, loaded=(extra,)) == [
            ("error", "include[0]", "value-set-system-is-supplement")
        ]

    def test_one_of_which_only_examples_are_known_is_no_good_base(self):
        assert check({"system": COLOURS}, loaded=(colours(content="example"),)) == [
            ("warning", "include[0]", "value-set-system-partial")
        ]

    def test_concepts_and_filters_need_one(self):
        assert check({"concept": [{"code": "red"}]}) == [
            ("warning", "include[0]", "value-set-no-system")
        ]


class TestConcepts:
    def test_they_exist(self):
        assert check({}, listing(COLOURS, "red", "mauve"), exclude=[listing(BODY, "wing")]) == [
            ("error", "include[1].concept[1]", "value-set-code-unknown"),
            ("error", "exclude[0].concept[0]", "value-set-code-unknown"),
        ]

    def test_units_exist_by_their_grammar(self):
        assert check(listing("http://unitsofmeasure.org", "mg", "spoonful")) == [
            ("error", "include[0].concept[1]", "value-set-code-unknown")
        ]

    def test_those_of_systems_that_are_not_loaded_are_counted(self):
        made = value_set(VS, listing(SNOMED, "1", "2"))
        assert found_in(made, least=Severity.INFORMATION) == [
            ("information", "include[0]", "value-set-codes-unchecked")
        ]

    def test_a_display_of_its_own_is_only_noted(self):
        concept = {"code": "red", "display": "Crimson"}
        made = value_set(VS, {"system": COLOURS, "concept": [concept]})
        assert found_in(made, WAVES, least=Severity.INFORMATION) == [
            ("information", "include[0].concept[0]", "value-set-display")
        ]


class TestImports:
    def test_they_are_loaded_value_sets(self):
        loaded = (colours(), value_set("http://clinic.test/vs", {"system": COLOURS}))
        made = {"valueSet": ["http://clinic.test/vs"]}
        assert check(made, loaded=loaded) == []
        made = {"valueSet": [COLOURS]}
        assert check(made, loaded=loaded) == [
            ("warning", "include[0].valueSet[0]", "value-set-import-type")
        ]
        made = {"valueSet": ["http://nowhere.test/vs"]}
        assert check(made, loaded=loaded) == [
            ("warning", "include[0].valueSet[0]", "value-set-import-unknown")
        ]

    def test_several_are_read_in_two_ways(self):
        url = "http://snomed.info/sct?fhir_vs=isa/1"
        assert check({"valueSet": [url, url + "2"]}) == [
            ("warning", "include[0]", "value-set-imports")
        ]


class TestFilters:
    @pytest.mark.parametrize(
        ("name", "operation", "value"),
        [
            ("concept", "is-a", "red"),
            ("code", "regex", "[a-z]+"),
            ("wave", "=", "gt530"),
            ("since", "=", "2020-05"),
            ("warm", "=", "true"),
            ("near", "=", f"{COLOURS}#red"),
            ("up", "in", "red, red"),
            ("warm", "exists", "false"),
            ("own", "in", "anything"),
            ("inactive", "=", "false"),
            ("code", "regex", r"\p{L}+"),
        ],
    )
    def test_fine_ones(self, name, operation, value):
        assert check_filter(name, operation, value) == []

    @pytest.mark.parametrize(
        ("name", "operation", "value", "problem"),
        [
            ("concept", "is-a", "mauve", "value-set-filter-code"),
            ("concept", "is-a", " red", "value-set-filter-value"),
            ("concept", "exists", "true", "value-set-filter-operation"),
            ("concept", "child-of", "red", "value-set-filter-operation"),
            ("wave", "in", "1", "value-set-filter-operation"),
            ("own", "=", "x", "value-set-filter-operation"),
            ("wave", "=", "long", "value-set-filter-value"),
            ("since", "=", "yesterday", "value-set-filter-value"),
            ("warm", "=", "yes", "value-set-filter-value"),
            ("near", "=", "red", "value-set-filter-value"),
            ("up", "exists", "yes", "value-set-filter-value"),
            ("code", "regex", "(a", "value-set-filter-regex"),
        ],
    )
    def test_wrong_ones(self, name, operation, value, problem):
        assert check_filter(name, operation, value) == [("error", problem)]

    def test_a_value_is_needed_unless_it_is_computed(self):
        bare = {"property": "warm", "op": "="}
        assert check({"system": COLOURS, "filter": [bare]}, loaded=(WAVES,)) == [
            ("error", "include[0].filter[0]", "value-set-filter-no-value")
        ]
        url = "http://hl7.org/fhir/StructureDefinition/cqf-expression"
        computed = {"extension": [{"url": url, "valueExpression": {"expression": "1"}}]}
        made = {"system": COLOURS, "filter": [bare | {"_value": computed}]}
        assert check(made, loaded=(WAVES,)) == []
        made["filter"][0]["value"] = "true"
        assert check(made, loaded=(WAVES,)) == [
            ("error", "include[0].filter[0]", "value-set-filter-values")
        ]

    def test_a_code_of_a_code_property_ought_to_exist(self):
        assert check_filter("up", "=", "mauve") == [("warning", "value-set-filter-code")]

    def test_an_unknown_property_is_doubtful(self):
        assert check_filter("scent", "=", "x") == [("warning", "value-set-filter-property")]
        assert check_filter("scent", "=", "x", system="http://nowhere.test") == []

    @pytest.mark.parametrize(
        ("system", "name", "operation", "count"),
        [
            (SNOMED, "concept", "is-a", 0),
            (SNOMED, "concept", "=", 1),
            (SNOMED, "constraint", "=", 0),
            (SNOMED, "363698007", "=", 0),
            ("http://loinc.org", "concept", "is-a", 0),
            ("http://loinc.org", "SCALE_TYP", "regex", 0),
        ],
    )
    def test_snomed_and_loinc_have_operations_of_their_own(self, system, name, operation, count):
        assert len(check_filter(name, operation, "123037004", system=system)) == count


class TestExpansion:
    def expansion(self, **expansion):
        found = found_in({"resourceType": "ValueSet", "url": VS, "expansion": expansion})
        assert all(place == "ValueSet.expansion" for _, place, _ in found)
        return [(severity, message) for severity, _, message in found]

    def test_a_sound_one_has_nothing_to_say(self):
        contains = [{"system": COLOURS, "code": "red", "property": [{"code": "p"}]}]
        assert self.expansion(contains=contains, property=[{"code": "p"}], total=1, offset=0) == []

    def test_properties_are_declared(self):
        inner = {"system": COLOURS, "code": "red", "property": [{"code": "p"}]}
        assert self.expansion(contains=[{"contains": [inner]}]) == [
            ("error", "value-set-expansion-property")
        ]

    def test_codes_without_a_version_come_from_one_version(self):
        used = [{"name": "used-codesystem", "valueUri": f"{COLOURS}|{n}"} for n in (1, 2)]
        bare, versioned = {"system": COLOURS, "code": "red"}, {"system": COLOURS, "version": "1"}
        assert self.expansion(contains=[bare], parameter=used[:1]) == []
        assert self.expansion(contains=[versioned], parameter=used) == []
        assert self.expansion(contains=[bare], parameter=used) == [
            ("error", "value-set-expansion-versions")
        ]

    def test_the_total_is_not_exceeded(self):
        contains = [{"system": COLOURS, "code": "red"}]
        assert self.expansion(contains=contains, total=3, offset=3) == [
            ("warning", "value-set-expansion-total")
        ]


@pytest.mark.parametrize(
    "broken",
    [
        {"compose": 5, "expansion": []},
        {"compose": {"include": 5, "exclude": [None, {"system": {}, "concept": 3, "filter": "x"}]}},
        {"compose": {"include": [{"system": COLOURS, "concept": [None, {"code": 5}]}]}},
        {"compose": {"include": [{"system": COLOURS, "filter": [3, {"property": []}]}]}},
        {"compose": {"include": [{"valueSet": [3, None, {}]}]}},
        {"compose": {"include": [filtering(COLOURS, ("concept", {}, []))]}},
        {"expansion": {"contains": [3, {"property": "x"}], "parameter": {}, "total": "x"}},
    ],
)
def test_malformed_ones_raise_nothing(broken):
    found_in({"resourceType": "ValueSet"} | broken, WAVES, for_publication=True)
