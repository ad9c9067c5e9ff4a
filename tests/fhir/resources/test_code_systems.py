"""Code systems: counts, supplements, properties, and codes that are defined twice."""

import pytest

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.resources.code_systems import check_code_system
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope
from tests.fhir.terminology.definitions import COLOURS, code_system, colours, listing, value_set
from tests.fhir.terminology.session import session

FHIR = "http://hl7.org/fhir/concept-properties#"


def check(resource, *loaded, **options):
    """Severity, place below the code system and id of each issue but mere information."""
    asked = session(*loaded, **options)
    check_code_system(asked, Scope(resource, Place(None, "CodeSystem")))
    return [
        (
            one.severity.value,
            one.place.expression.removeprefix("CodeSystem").lstrip("."),
            one.message.id,
        )
        for one in asked.found
        if one.severity is not Severity.INFORMATION
    ]


def one_property(**declared):
    return check(code_system(COLOURS, "red", property=[declared]))


def test_a_sound_one_has_nothing_to_say():
    assert check(colours(count=3)) == []


class TestContent:
    def test_the_count_of_a_complete_one_is_exact(self):
        nested = code_system(COLOURS, {"code": "a", "concept": [{"code": "b"}]}, "c")
        assert check(nested | {"count": 3}) == []
        assert check(nested | {"count": 2}) == [("error", "count", "code-system-count")]

    @pytest.mark.parametrize(("stated", "problems"), [(10, 0), (3, 1), (2, 1)])
    def test_a_fragment_has_fewer_than_the_whole(self, stated, problems):
        assert len(check(colours(content="fragment", count=stated))) == problems

    def test_one_that_is_not_present_has_no_concepts(self):
        assert check(colours(content="not-present")) == [
            ("error", "concept[0]", "code-system-not-present")
        ]

    def test_a_complete_one_has_some(self):
        assert check(code_system(COLOURS)) == [("warning", "", "code-system-empty")]

    def test_codes_are_unique_at_every_depth(self):
        twice = code_system(COLOURS, {"code": "a", "concept": [{"code": "b"}]}, "b")
        assert check(twice) == [("error", "concept[0].concept[0]", "code-system-duplicate")]


class TestSupplements:
    def supplement(self, *codes, **more):
        made = code_system(COLOURS + "/x", *codes, content="supplement", supplements=COLOURS)
        del made["caseSensitive"]
        return made | more

    def test_one_that_adds_to_known_codes_is_fine(self):
        assert check(self.supplement("red"), colours()) == []

    def test_it_defines_no_codes_of_its_own(self):
        assert check(self.supplement("red", "mauve"), colours()) == [
            ("error", "concept[1]", "code-system-supplement-code")
        ]

    def test_nothing_can_be_said_where_its_code_system_is_not_loaded(self):
        assert check(self.supplement("red")) == [
            ("warning", "", "code-system-supplement-unchecked")
        ]

    def test_its_content_and_what_it_supplements_go_together(self):
        assert check(self.supplement("red", content="complete"), colours()) == [
            ("error", "content", "code-system-content-of-supplement")
        ]
        alone = self.supplement("red")
        del alone["supplements"]
        assert ("error", "content", "code-system-supplements-missing") in check(alone)

    def test_it_leaves_case_and_hierarchy_to_its_code_system(self):
        assert check(self.supplement("red", caseSensitive=True), colours()) == [
            ("error", "caseSensitive", "code-system-case-of-supplement")
        ]
        other = self.supplement("red", hierarchyMeaning="part-of")
        assert check(other, colours(hierarchyMeaning="is-a")) == [
            ("error", "", "code-system-supplement-hierarchy")
        ]


class TestValueSetOfAllCodes:
    URL = "http://clinic.test/ValueSet/colours"

    def against(self, *includes):
        return check(colours(valueSet=self.URL), value_set(self.URL, *includes))

    def test_it_includes_the_code_system_and_nothing_else(self):
        assert self.against({"system": COLOURS}) == []

    @pytest.mark.parametrize(
        "includes",
        [
            (),
            ({"system": "http://x.test"},),
            (listing(COLOURS, "red"),),
            ({"system": COLOURS}, {"system": COLOURS}),
        ],
    )
    def test_anything_else_contradicts(self, includes):
        assert self.against(*includes) == [("error", "", "code-system-value-set")]

    def test_the_one_of_the_same_version_is_meant(self):
        beside = value_set(self.URL, {"system": COLOURS}, version="2.0")
        newer = value_set(self.URL, listing(COLOURS, "red"), version="3.0")
        assert check(colours(valueSet=self.URL, version="2.0"), beside, newer) == []
        assert check(colours(valueSet=self.URL, version="1.0"), beside, newer)
        assert check(colours(valueSet=f"{self.URL}|3.0", version="2.0"), beside, newer)

    def test_one_that_is_not_loaded_is_trusted(self):
        assert check(colours(valueSet=self.URL)) == []


class TestDeclaredProperties:
    @pytest.mark.parametrize(
        "declared",
        [
            {"code": "parent", "uri": f"{FHIR}parent", "type": "code"},
            {"code": "subsumedBy", "uri": f"{FHIR}parent", "type": "code"},
            {"code": "shade", "uri": "http://clinic.test/shade", "type": "string"},
            {"code": "shade", "uri": f"{COLOURS}#shade", "type": "string"},
            {"code": "shade", "type": "string"},
        ],
    )
    def test_fine_ones(self, declared):
        assert one_property(**declared) == []

    @pytest.mark.parametrize(
        ("declared", "problem"),
        [
            ({"uri": "shade"}, "code-system-property-uri"),
            ({"uri": f"{FHIR}shade"}, "code-system-property-not-defined"),
            ({"uri": "http://hl7.org/fhir/shade"}, "code-system-property-not-defined"),
            ({"uri": f"{FHIR}child", "code": "parent"}, "code-system-property-meaning"),
            ({"uri": f"{FHIR}parent", "type": "string"}, "code-system-property-type"),
        ],
    )
    def test_wrong_ones(self, declared, problem):
        found = one_property(**{"code": "shade", "type": "code"} | declared)
        assert found == [("error", "property[0]", problem)]

    def test_a_name_of_fhirs_without_its_uri_misleads(self):
        assert one_property(code="parent", type="string") == [
            ("warning", "property[0]", "code-system-property-without-uri"),
            ("warning", "property[0]", "code-system-property-name-type"),
        ]

    def test_names_and_uris_are_unique(self):
        uri = "http://clinic.test/shade"
        declared = [
            {"code": "shade", "type": "string", "uri": uri},
            {"code": "shade", "type": "string"},
            {"code": "tint", "type": "string", "uri": uri},
        ]
        assert check(code_system(COLOURS, "red", property=declared)) == [
            ("error", "property[1]", "code-system-property-duplicate"),
            ("error", "property[2]", "code-system-property-duplicate-uri"),
        ]


class TestValuesOfProperties:
    def of(self, declared, *values, **more):
        concepts = [{"code": f"c{n}", "property": [one]} for n, one in enumerate(values)]
        return check(code_system(COLOURS, *concepts, property=[declared], **more))

    def test_they_are_of_the_declared_type(self):
        declared = {"code": "shade", "type": "string", "uri": "http://clinic.test/shade"}
        fine, wrong = {"valueString": "light"}, {"valueInteger": 3}
        found = self.of(declared, *({"code": "shade"} | one for one in (fine, wrong, {})))
        assert found == [
            ("error", "concept[1].property[0]", "code-system-property-wrong-type"),
            ("error", "concept[2].property[0]", "code-system-property-no-value"),
        ]

    def test_they_are_declared(self):
        declared = {"code": "shade", "type": "string", "uri": "http://clinic.test/shade"}
        assert self.of(declared, {"code": "tint", "valueString": "x"}) == [
            ("warning", "concept[0].property[0]", "code-system-property-undeclared")
        ]

    def test_parents_are_concepts_of_the_same_system(self):
        declared = {"code": "up", "type": "code", "uri": f"{FHIR}parent"}
        found = self.of(declared, *({"code": "up", "valueCode": one} for one in ("c1", "x", "x")))
        assert found == [
            ("error", "concept[1].property[0]", "code-system-property-code"),
            ("error", "concept[2].property[0]", "code-system-property-code"),
        ]

    def test_other_codes_ought_to_be_and_are_doubted_once(self):
        declared = {"code": "near", "type": "code", "uri": "http://clinic.test/near"}
        found = self.of(declared, *({"code": "near", "valueCode": one} for one in ("x", "y")))
        assert found == [("warning", "concept[0].property[0]", "code-system-property-code")]

    def test_a_status_is_a_code_of_another_system(self):
        declared = {"code": "status", "type": "code", "uri": f"{FHIR}status"}
        assert self.of(declared, {"code": "status", "valueCode": "retired"}) == []

    def test_a_value_set_may_limit_them(self):
        limited = {
            "code": "near",
            "type": "code",
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/codesystem-property-valueset",
                    "valueCanonical": "http://clinic.test/vs",
                }
            ],
        }
        concepts = [
            {"code": code, "property": [{"code": "near", "valueCode": code}]}
            for code in ("red", "mauve")
        ]
        made = code_system("http://clinic.test/other", *concepts, property=[limited])
        chosen = value_set("http://clinic.test/vs", listing(COLOURS, "red"))
        assert check(made, chosen) == [
            ("error", "concept[1].property[0]", "code-system-property-value-set")
        ]


def test_a_designation_without_use_or_language_is_the_display():
    concept = {"code": "red", "display": "Red", "designation": [{"value": "Crimson"}]}
    assert check(code_system(COLOURS, concept)) == [
        ("warning", "concept[0].designation[0]", "code-system-designation")
    ]
    concept["designation"] = [
        {"value": "Rot", "language": "de"},
        {"value": "R", "use": {"code": 1}},
    ]
    assert check(code_system(COLOURS, concept)) == []


def test_metadata_is_asked_for_before_publication():
    found = check(colours(), for_publication=True)
    assert {one[0] for one in found} == {"warning"}
    assert len(found) == 5
    of_hl7 = check(code_system("http://hl7.org/fhir/x", "a"), for_publication=True)
    assert {one[0] for one in of_hl7} == {"error", "warning"}


@pytest.mark.parametrize(
    "broken",
    [
        {"concept": 5},
        {"concept": [None, "x", {"code": 3, "property": 7, "concept": [[]], "designation": {}}]},
        {"property": [None, 3, {"code": [], "uri": {}, "type": 5}], "count": "x"},
        {"supplements": [], "content": {}, "valueSet": 3, "caseSensitive": "?"},
    ],
)
def test_malformed_ones_raise_nothing(broken):
    check({"resourceType": "CodeSystem"} | broken, for_publication=True)
