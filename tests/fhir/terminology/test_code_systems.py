"""Code systems say which codes they have, and which displays."""

import pytest

from conformance_cli.fhir.terminology.check_digits import has_wrong_check_digit
from conformance_cli.fhir.terminology.local import LocalTerminology
from conformance_cli.fhir.terminology.protocol import Coded
from tests.fhir.terminology.definitions import (
    BODY,
    COLOURS,
    SNOMED,
    Library,
    body,
    code_system,
    colours,
    terminology,
)


def asked(held, system, code, **more):
    return held.in_code_system(Coded(system, code, **more))


def test_a_complete_system_has_what_it_defines_and_nothing_else():
    held = terminology(body())
    assert asked(held, BODY, "finger").standing.value == "valid"
    answer = asked(held, BODY, "wing")
    assert answer.standing.value == "invalid"
    assert answer.reason == f"{BODY} has no code 'wing'"


@pytest.mark.parametrize("content", ["fragment", "example", "supplement"])
def test_others_only_vouch_for_what_they_have(content):
    held = terminology(colours(content=content))
    assert asked(held, COLOURS, "mauve").standing.value == "unknown"


def test_a_system_without_its_codes_or_not_loaded_leaves_it_open():
    held = terminology(code_system(SNOMED, content="not-present"))
    assert (
        asked(held, SNOMED, "1").reason == f"the code system {SNOMED} is loaded without its codes"
    )
    assert asked(held, COLOURS, "red").reason == f"the code system {COLOURS} is not loaded"
    assert (held.knows_system(SNOMED), held.knows_system(COLOURS)) == (False, False)


def test_a_version_that_is_not_loaded_cannot_refuse_a_code():
    held = terminology(colours(version="2.0"))
    assert asked(held, COLOURS, "mauve", version="1.0").standing.value == "unknown"
    assert asked(held, COLOURS, "mauve", version="2.0").standing.value == "invalid"
    assert asked(terminology(colours(version="2.9.1")), COLOURS, "x", version="2.9").reason


def test_an_alternate_code_stands_for_its_concept():
    rouge = {"code": "red", "property": [{"code": "alternateCode", "valueCode": "R"}]}
    assert asked(terminology(code_system(COLOURS, rouge)), COLOURS, "R").standing.value == "valid"


def test_identifier_types_of_nations_exist_by_rule():
    types = "http://terminology.hl7.org/CodeSystem/v2-0203"
    held = terminology(code_system(types, "MR"))
    found = [asked(held, types, code).standing.value for code in ("NNGBR", "NNQ", "NNENG", "MR")]
    assert found == ["valid", "invalid", "invalid", "valid"]


RED = {
    "code": "red",
    "display": "Red",
    "designation": [{"language": "de", "value": "Rot"}],
}


class TestDisplays:
    def display(self, shown, **more):
        held = LocalTerminology(Library(code_system(COLOURS, RED)), **more)
        return asked(held, COLOURS, "red", display=shown)

    @pytest.mark.parametrize("shown", ["Red", "red", "Rot", None])
    def test_its_own_ones_will_do(self, shown):
        assert self.display(shown).display is None

    def test_another_one_is_answered_with_the_right_ones(self):
        answer = self.display("Crimson")
        assert (answer.standing.value, answer.display) == ("valid", "Red")
        assert answer.displays == ("Red", "Rot")

    def test_supplements_may_add_some(self):
        french = code_system(COLOURS + "-fr", {"code": "red", "display": "Rouge"})
        assert self.display("Rouge", supplements=lambda _: [french]).display is None
        assert self.display("Rojo", supplements=lambda _: [french]).display == "Red"

    def test_a_concept_without_any_takes_all(self):
        held = terminology(code_system(COLOURS, "red"))
        assert asked(held, COLOURS, "red", display="anything").display is None


@pytest.mark.parametrize(
    ("properties", "note"),
    [
        ([{"code": "inactive", "valueBoolean": True}], "is inactive"),
        ([{"code": "status", "valueCode": "retired"}], "is inactive"),
        ([{"code": "status", "valueCode": "deprecated"}], "is deprecated"),
        ([{"code": "status", "valueCode": "active"}], ""),
    ],
)
def test_what_ought_not_to_be_used_is_noted(properties, note):
    held = terminology(code_system(COLOURS, {"code": "puce", "property": properties}))
    answer = asked(held, COLOURS, "puce")
    assert (answer.standing.value, answer.note) == ("valid", note)


def test_another_way_of_writing_is_noted():
    held = terminology(colours(caseSensitive=False))
    assert asked(held, COLOURS, "RED").note == "is written 'red' in its code system"


def test_subsumption_follows_the_hierarchy():
    held = terminology(body())
    arm, finger, leg = (Coded(BODY, code) for code in ("arm", "finger", "leg"))
    assert held.subsumes(arm, finger) is True
    assert held.subsumes(finger, arm) is False
    assert held.subsumes(arm, leg) is False
    assert held.subsumes(arm, arm) is True
    assert held.subsumes(arm, Coded(BODY, "wing")) is None
    assert held.subsumes(arm, Coded(COLOURS, "arm")) is None


@pytest.mark.parametrize(
    "broken",
    [
        {"concept": None},
        {"concept": {"code": "x"}},
        {"concept": [None, 3, {"code": 5}, {"code": "x", "property": [1, {"code": "status"}]}]},
        {"concept": [{"code": "x", "designation": 7, "concept": "y", "property": {}}]},
        {"property": [None, {"code": {}, "uri": []}], "concept": [{"code": "x"}]},
    ],
)
def test_malformed_code_systems_raise_nothing(broken):
    malformed = {"resourceType": "CodeSystem", "url": COLOURS, "content": "complete"} | broken
    held = terminology(malformed)
    for code in ("x", "zzz", "status"):
        asked(held, COLOURS, code, display="d")
    held.subsumes(Coded(COLOURS, "x"), Coded(COLOURS, "y"))


@pytest.mark.parametrize(
    ("system", "code", "is_wrong"),
    [
        (SNOMED, "22298006", False),
        (SNOMED, "22298007", True),
        (SNOMED, "73211009:246112005=24484000", False),
        (SNOMED, "12", False),
        ("http://loinc.org", "8867-4", False),
        ("http://loinc.org", "8867-5", True),
        ("http://loinc.org", "LA6576-8", False),
        (COLOURS, "22298007", False),
    ],
)
def test_check_digits_tell_slips_of_writing(system, code, is_wrong):
    assert has_wrong_check_digit(system, code) is is_wrong


def test_look_ups_that_found_nothing_do_not_pile_up(monkeypatch):
    from conformance_cli.fhir.terminology import sources

    monkeypatch.setattr(sources, "_MOST", 10)
    held = sources.Sources(Library(colours()))
    known = held.edition(COLOURS, None)
    for number in range(1000):
        held.edition(f"http://nowhere.test/{number}", None)
        held.edition(COLOURS, str(number))
    assert held.edition(COLOURS, None) is known
    assert len(held._editions) <= 12
