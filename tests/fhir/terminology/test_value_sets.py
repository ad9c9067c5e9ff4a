"""Membership in value sets follows their definitions, and is unknown where these do not reach."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_cli.fhir.terminology.protocol import Coded
from tests.fhir.terminology.definitions import (
    BODY,
    COLOURS,
    SNOMED,
    body,
    code_system,
    colours,
    filtering,
    listing,
    members,
    standing,
    terminology,
    value_set,
)

VS = "http://clinic.test/ValueSet/chosen"
OTHER = "http://clinic.test/ValueSet/other"
THIRD = "http://clinic.test/ValueSet/third"


def test_a_list_has_its_codes_and_no_others():
    held = terminology(colours(), value_set(VS, listing(COLOURS, "red", "blue")))
    assert members(held, VS, COLOURS, "red", "green", "blue", "mauve") == ["red", "blue"]
    assert standing(held, VS, "red", "http://elsewhere.test") == "invalid"


def test_a_list_can_be_told_without_its_code_system():
    held = terminology(value_set(VS, listing(SNOMED, "22298006")))
    assert standing(held, VS, "22298006", SNOMED) == "valid"
    assert standing(held, VS, "73211009", SNOMED) == "invalid"


def test_a_whole_system_has_all_codes_that_it_defines():
    held = terminology(body(), value_set(VS, {"system": BODY}))
    assert members(held, VS, BODY, "finger", "leg", "wing") == ["finger", "leg"]


def test_a_system_that_is_not_loaded_leaves_it_open():
    held = terminology(value_set(VS, {"system": SNOMED}))
    answer = held.in_value_set(Coded(SNOMED, "22298006"), VS)
    assert answer.standing.value == "unknown"
    assert answer.reason == "the code system http://snomed.info/sct is not loaded"
    assert standing(held, VS, "x", COLOURS) == "invalid"


@pytest.mark.parametrize("content", ["fragment", "example"])
def test_a_partial_system_only_vouches_for_what_it_has(content):
    held = terminology(colours(content=content), value_set(VS, {"system": COLOURS}))
    assert standing(held, VS, "red", COLOURS) == "valid"
    assert standing(held, VS, "mauve", COLOURS) == "unknown"


def test_excluded_codes_are_out():
    chosen = value_set(VS, {"system": COLOURS}, exclude=[listing(COLOURS, "green")])
    held = terminology(colours(), chosen)
    assert members(held, VS, COLOURS, "red", "green") == ["red"]


def test_an_exclusion_that_cannot_be_told_leaves_it_open():
    chosen = value_set(VS, listing(SNOMED, "1"), exclude=[filtering(SNOMED, ("x", "is-a", "2"))])
    assert standing(terminology(chosen), VS, "1", SNOMED) == "unknown"


def test_a_code_without_a_system_takes_that_of_the_value_set():
    held = terminology(colours(), value_set(VS, {"system": COLOURS}, listing(SNOMED, "1")))
    answer = held.in_value_set(Coded(None, "red"), VS)
    assert (answer.standing.value, answer.system) == ("valid", COLOURS)
    assert standing(held, VS, "mauve") == "invalid"


def test_a_code_without_a_system_is_open_as_long_as_one_system_is():
    held = terminology(colours(), value_set(VS, {"system": COLOURS}, {"system": SNOMED}))
    assert standing(held, VS, "red") == "valid"
    assert standing(held, VS, "mauve") == "unknown"


def test_imported_value_sets_are_followed():
    imported = value_set(OTHER, listing(COLOURS, "red"))
    held = terminology(colours(), imported, value_set(VS, {"valueSet": [OTHER]}))
    assert members(held, VS, COLOURS, "red", "green") == ["red"]
    assert standing(held, VS, "green") == "invalid"


def test_an_import_and_a_system_must_both_hold():
    imported = value_set(OTHER, listing(COLOURS, "red"), listing(BODY, "arm"))
    held = terminology(
        colours(), body(), imported, value_set(VS, {"system": COLOURS, "valueSet": [OTHER]})
    )
    assert standing(held, VS, "red", COLOURS) == "valid"
    assert standing(held, VS, "green", COLOURS) == "invalid"
    assert standing(held, VS, "arm", BODY) == "invalid"


def test_an_import_that_is_not_loaded_leaves_it_open():
    held = terminology(value_set(VS, {"valueSet": [OTHER]}))
    answer = held.in_value_set(Coded(COLOURS, "red"), VS)
    assert answer.standing.value == "unknown"
    assert OTHER in answer.reason
    assert standing(held, VS, "red") == "unknown"


@pytest.mark.parametrize(("version", "expected"), [("4.0.1", "unknown"), ("5.0.0", "invalid")])
def test_several_imports_intersect_but_r4_does_not_settle_it(version, expected):
    one = value_set(OTHER, listing(COLOURS, "red", "green"))
    other = value_set(THIRD, listing(COLOURS, "red"))
    both = value_set(VS, {"valueSet": [OTHER, THIRD]})
    held = terminology(colours(), one, other, both, fhir_version=version)
    assert standing(held, VS, "red", COLOURS) == "valid"
    assert standing(held, VS, "blue", COLOURS) == "invalid"
    assert standing(held, VS, "green", COLOURS) == expected


def test_value_sets_that_import_each_other_add_nothing():
    one = value_set(VS, listing(COLOURS, "red"), {"valueSet": [OTHER]})
    other = value_set(OTHER, listing(COLOURS, "green"), {"valueSet": [VS]})
    held = terminology(colours(), one, other)
    assert members(held, VS, COLOURS, "red", "green", "blue") == ["red", "green"]
    assert held.codes_of(VS) == {"red", "green"}


def test_a_chain_of_imports_without_end_is_cut():
    chain = [value_set(f"{VS}/{n}", {"valueSet": [f"{VS}/{n + 1}"]}) for n in range(200)]
    assert standing(terminology(*chain), f"{VS}/0", "red", COLOURS) == "unknown"


def test_a_version_that_is_not_loaded_can_confirm_but_not_refuse():
    held = terminology(colours(version="2.0"), value_set(VS, {"system": COLOURS, "version": "1.0"}))
    assert standing(held, VS, "red", COLOURS) == "valid"
    assert standing(held, VS, "mauve", COLOURS) == "unknown"


def test_versions_of_a_code_system_are_told_apart():
    old = code_system(COLOURS, "red", version="1.0")
    held = terminology(old, colours(version="2.0"), value_set(VS, {"system": COLOURS}))
    pinned = value_set(OTHER, {"system": COLOURS, "version": "1.0"})
    both = terminology(old, colours(version="2.0"), pinned)
    assert standing(held, VS, "green", COLOURS) == "valid"
    assert standing(both, OTHER, "green", COLOURS) == "invalid"


def test_active_codes_may_be_asked_for():
    retired = {"code": "puce", "property": [{"code": "inactive", "valueBoolean": True}]}
    system = code_system(COLOURS, "red", retired)
    anything = value_set(VS, {"system": COLOURS})
    active = value_set(OTHER, {"system": COLOURS})
    active["compose"]["inactive"] = False
    held = terminology(system, anything, active)
    assert standing(held, VS, "puce", COLOURS) == "valid"
    assert standing(held, OTHER, "puce", COLOURS) == "invalid"


def test_case_matters_only_where_the_code_system_says_so():
    strict, loose = colours(), colours(caseSensitive=False)
    whole, listed = value_set(VS, {"system": COLOURS}), value_set(OTHER, listing(COLOURS, "red"))
    assert standing(terminology(strict, whole), VS, "RED", COLOURS) == "invalid"
    assert standing(terminology(loose, whole), VS, "RED", COLOURS) == "valid"
    assert standing(terminology(loose, listed), OTHER, "RED", COLOURS) == "valid"


class TestExpansion:
    @staticmethod
    def expansion(*codes, **more):
        return {"contains": [{"system": SNOMED, "code": code} for code in codes], **more}

    def test_it_decides_where_the_composition_cannot(self):
        chosen = value_set(VS, {"system": SNOMED}, expansion=self.expansion("1", "2", total=2))
        held = terminology(chosen)
        assert standing(held, VS, "1", SNOMED) == "valid"
        assert standing(held, VS, "3", SNOMED) == "invalid"
        assert held.codes_of(VS) == {"1", "2"}

    def test_it_does_not_where_it_is_cut_short(self):
        chosen = value_set(VS, {"system": SNOMED}, expansion=self.expansion("1", total=900))
        held = terminology(chosen)
        assert standing(held, VS, "1", SNOMED) == "valid"
        assert standing(held, VS, "3", SNOMED) == "unknown"
        assert held.codes_of(VS) is None

    def test_it_does_not_overrule_the_composition(self):
        stale = {"contains": [{"system": COLOURS, "code": "mauve"}]}
        held = terminology(colours(), value_set(VS, {"system": COLOURS}, expansion=stale))
        assert standing(held, VS, "mauve", COLOURS) == "invalid"

    def test_its_groups_are_no_codes_to_use(self):
        group = {"system": SNOMED, "code": "0", "abstract": True, "contains": []}
        group["contains"].append({"system": SNOMED, "code": "1"})
        held = terminology(value_set(VS, {"system": SNOMED}, expansion={"contains": [group]}))
        assert members(held, VS, SNOMED, "0", "1") == ["1"]


class TestImplicitValueSets:
    @pytest.mark.parametrize(
        "url",
        [
            "http://snomed.info/sct?fhir_vs",
            "http://snomed.info/sct?fhir_vs=isa/138875005",
            "http://snomed.info/sct/83821000000107?fhir_vs=refset/999",
            "http://snomed.info/sct?fhir_vs=ecl/%3C%20404684003",
        ],
    )
    def test_those_of_snomed_are_open_without_snomed_and_closed_to_others(self, url):
        held = terminology()
        assert held.value_set_exists(url)
        assert standing(held, url, "138875005", SNOMED) == "unknown"
        assert standing(held, url, "red", COLOURS) == "invalid"

    def test_those_of_snomed_follow_the_hierarchy_that_is_loaded(self):
        system = code_system(SNOMED, {"code": "10", "concept": [{"code": "11"}]}, "20")
        held = terminology(system)
        url = "http://snomed.info/sct?fhir_vs=isa/10"
        assert members(held, url, SNOMED, "10", "11", "20") == ["10", "11"]
        assert standing(held, "http://snomed.info/sct?fhir_vs=refset/10", "10", SNOMED) == "unknown"

    def test_loinc_and_units_have_them_too(self):
        held = terminology()
        assert standing(held, "http://loinc.org/vs/LL715-4", "LA1", "http://loinc.org") == "unknown"
        units = "http://unitsofmeasure.org"
        assert members(held, f"{units}/vs", units, "mg", "spoonful") == ["mg"]

    def test_stu3_names_pages_instead(self):
        held = terminology()
        media = "http://www.rfc-editor.org/bcp/bcp13.txt"
        assert standing(held, media, "application/pdf", None) == "valid"
        assert standing(held, media, "xml", None) == "valid"
        assert standing(held, media, "pdf", None) == "invalid"
        languages = "http://tools.ietf.org/html/bcp47"
        assert standing(held, languages, "en-GB", None) == "valid"
        assert standing(held, languages, "english", None) == "invalid"

    def test_other_urls_are_not_invented(self):
        assert not terminology().value_set_exists("http://clinic.test/vs")


def test_contained_resources_come_before_loaded_ones():
    chosen = value_set("", {"valueSet": ["#inner"]})
    inner = value_set(VS, {"system": COLOURS}, id="inner")
    system = code_system(COLOURS, "black", id="colours")
    held = terminology(colours(), value_set(VS, {"system": BODY}))
    answer = held.in_given(Coded(COLOURS, "black"), chosen, [inner, system])
    assert answer.standing.value == "valid"
    assert held.in_given(Coded(COLOURS, "red"), chosen, [inner, system]).standing.value == "invalid"


class TestListingTheCodes:
    def test_it_gives_them_all(self):
        chosen = value_set(
            VS,
            {"system": COLOURS},
            filtering(BODY, ("concept", "descendent-of", "arm")),
            exclude=[listing(COLOURS, "red")],
        )
        held = terminology(colours(), body(), chosen)
        assert held.codes_of(VS) == {"green", "blue", "hand", "finger", "elbow", "sleeve"}

    @pytest.mark.parametrize(
        "include",
        [{"system": SNOMED}, {"system": "urn:ietf:bcp:47"}, {"valueSet": [OTHER]}, {}],
    )
    def test_it_gives_none_where_it_does_not_know_them_all(self, include):
        assert terminology(value_set(VS, include)).codes_of(VS) is None
        assert terminology().codes_of(VS) is None

    def test_it_gives_none_where_they_are_many(self):
        many = code_system(COLOURS, *(f"c{n}" for n in range(6000)))
        held = terminology(many, value_set(VS, {"system": COLOURS}))
        assert held.codes_of(VS) is None
        assert standing(held, VS, "c5999", COLOURS) == "valid"

    def test_what_was_found_can_be_kept_and_given_to_another(self):
        first = terminology(colours(), value_set(VS, {"system": COLOURS}))
        first.codes_of(VS)
        from conformance_cli.fhir.terminology.local import LocalTerminology
        from tests.fhir.terminology.definitions import Library

        second = LocalTerminology(Library(), known=first.known_codes())
        assert second.codes_of(VS) == {"red", "green", "blue"}


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"compose": None},
        {"compose": []},
        {"compose": {"include": {}}},
        {"compose": {"include": [None, 1, "x", []]}},
        {"compose": {"include": [{"system": 1, "valueSet": {}}]}},
        {"compose": {"include": [{"system": COLOURS, "concept": [1, {"code": None}]}]}},
        {"compose": {"include": [{"system": COLOURS, "filter": [None, {}, {"property": 1}]}]}},
        {"compose": {"include": [{"valueSet": ["", None, 7]}]}},
        {"expansion": {"contains": [[], {"code": 1}], "total": "x", "parameter": 5}},
    ],
)
def test_malformed_value_sets_raise_nothing(broken):
    malformed = {"resourceType": "ValueSet", "url": VS} | broken
    held = terminology(colours(), malformed)
    for coded in (Coded(COLOURS, "zzz"), Coded(None, "zzz"), Coded(None, None)):
        assert held.in_value_set(coded, VS).standing.value in ("invalid", "unknown")
    held.codes_of(VS)


#: Every name that is looked at, and values of every kind, in any place.
_NAMES = st.sampled_from(
    [
        *("compose", "include", "exclude", "system", "version", "concept", "code", "filter"),
        *("property", "op", "value", "valueSet", "inactive", "expansion", "contains", "total"),
        *("extension", "url", "uri", "type", "content", "caseSensitive", "designation"),
        *("display", "parameter", "name", "valueCode", "valueCoding", "abstract"),
    ]
)
_SCALARS = st.sampled_from(
    [None, True, 3, "", "red", "=", "is-a", "regex", "(", COLOURS, VS, OTHER]
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=40,
)


@given(
    _JSON, st.dictionaries(_NAMES, _JSON, max_size=5), st.dictionaries(_NAMES, _JSON, max_size=5)
)
def test_no_definition_makes_it_raise(include, of_value_set, of_code_system):
    compose = {"compose": {"include": [include], "exclude": [include]}}
    held = terminology(
        {"resourceType": "CodeSystem"} | of_code_system | {"url": COLOURS},
        {"resourceType": "ValueSet"} | of_value_set | {"url": OTHER},
        {"resourceType": "ValueSet", "url": VS} | compose,
    )
    for url in (VS, OTHER):
        held.codes_of(url)
        for system in (None, COLOURS, SNOMED):
            held.in_value_set(Coded(system, "red"), url)
    held.in_code_system(Coded(COLOURS, "red", None, "Red"))
