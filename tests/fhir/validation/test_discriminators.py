"""Discriminators: what tells the slices of an element apart."""

import pytest

from tests.fhir.definitions.kit import by, ed
from tests.fhir.validation.world import PROFILES, check, observation, patient, problems, profile

A, B = "Observation.component:a", "Observation.component:b"


def coded(code, system="urn:s"):
    return {"coding": [{"system": system, "code": code}]}


def components(*codes):
    return observation(component=[{"code": coded(code)} for code in codes])


def slices(of, *discriminators, **found):
    """A profile of Observation, in which ``of`` is sliced: parts of each by name of the slice."""
    path = f"Observation.{of}"
    kinds = [{"type": kind, "path": place} for kind, place in discriminators]
    elements = [ed(path, slicing={"discriminator": kinds, "rules": "closed"})]
    for name, parts in found.items():
        elements.append(ed(f"{path}:{name}", **parts.pop("", {})))
        elements.extend(ed(f"{path}:{name}.{part}", **facts) for part, facts in parts.items())
    return profile(*elements)


def outside(resource, *definitions):
    """The places of values that are of no slice."""
    found = problems(resource, *definitions)
    assert {name for name, _ in found} <= {"slice-unknown"}, found
    return [place.removeprefix("Observation.") for _, place in found]


class TestValues:
    def test_may_be_fixed(self):
        given = slices("component", ("value", "code.text"), a={"code.text": {"fixedString": "a"}})
        found = observation(component=[{"code": {"text": "a"}}, {"code": {"text": "b"}}])
        assert outside(found, given) == ["component[1]"]

    @pytest.mark.parametrize("kind", ["value", "pattern"])
    def test_may_be_patterns(self, kind):
        pattern = {"patternCodeableConcept": coded("a")}
        given = slices("component", (kind, "code"), a={"code": pattern})
        assert outside(components("a", "b"), given) == ["component[1]"]

    def test_may_be_fixed_further_up(self):
        pattern = {"patternCodeableConcept": coded("a")}
        given = slices("component", ("value", "code.coding.code"), a={"code": pattern})
        assert outside(components("a", "b"), given) == ["component[1]"]

    def test_may_be_fixed_further_down(self):
        given = slices("component", ("value", "code"), a={"code.text": {"fixedString": "a"}})
        found = observation(component=[{"code": {"text": "a"}}, {"code": {"text": "b"}}])
        assert outside(found, given) == ["component[1]"]

    def test_may_be_fixed_in_a_slice_that_has_to_be_there(self):
        given = profile(
            ed("Observation.component", slicing=by("value", "code.coding.code", rules="closed")),
            ed(A),
            ed(f"{A}.code.coding", slicing=by("value", "system")),
            ed(f"{A}.code.coding:s", min=1),
            ed(f"{A}.code.coding:s.system", min=1, fixedUri="urn:s"),
            ed(f"{A}.code.coding:s.code", min=1, fixedCode="a"),
        )
        assert outside(components("a", "b"), given) == ["component[1]"]

    def test_that_have_to_be_absent_tell_as_well(self):
        given = slices("component", ("value", "value"), a={"value[x]": {"max": "0"}})
        found = components("a", "a")
        found["component"][1]["valueString"] = "x"
        assert outside(found, given) == ["component[1]"]

    def test_of_all_discriminators_count(self):
        given = slices(
            "component",
            ("value", "code.coding.system"),
            ("value", "code.coding.code"),
            a={"code": {"patternCodeableConcept": coded("a")}},
        )
        other = {"code": coded("a", "urn:other")}
        found = components("a", "b")
        found["component"].append(other)
        assert outside(found, given) == ["component[1]", "component[2]"]

    def test_that_nobody_fixes_are_passed_over_if_others_tell(self):
        given = slices(
            "component",
            ("value", "code.text"),
            ("value", "code.coding"),
            a={"code.coding": {"patternCoding": {"code": "a"}}},
        )
        assert outside(components("a", "b"), given) == ["component[1]"]

    def test_that_nobody_fixes_tell_nothing(self):
        given = slices("component", ("value", "code"), a={"": {"min": 1}})
        found = observation(component=[{"code": {"text": "a"}}])
        assert [one.id for one in check(found, given).issues] == ["slice-undecidable"]
        assert ("slice-minimum", "Observation") in problems(observation(), given)


class TestOtherKinds:
    def test_existence(self):
        given = slices(
            "component",
            ("exists", "value"),
            with_value={"value[x]": {"min": 1}},
            without={"value[x]": {"max": "0"}, "": {"max": "1"}},
        )
        found = components("a", "b", "c")
        found["component"][1]["valueString"] = "x"
        assert problems(found, given) == [("slice-maximum", "Observation")]

    def test_types(self):
        given = slices("value[x]", ("type", "$this"), valueQuantity={"": {"type": "Quantity"}})
        assert problems(observation(valueQuantity={"value": 1}), given) == []
        assert outside(observation(valueString="x"), given) == ["value.ofType(string)"]

    def test_types_are_those_named_and_not_those_derived_from_them(self):
        slicing = by("type", "$this")
        given = profile(
            ed("Extension.value[x]", slicing=slicing),
            ed("Extension.value[x]:valueString", type="string", fixedString="x"),
            ed("Extension.value[x]:valueCode", type="code"),
            of="Extension",
            name="text",
        )
        refers = {"type": [{"code": "Extension", "profile": [given["url"]]}]}
        outer = profile({**ed("Observation.extension"), **refers})
        found = observation(extension=[{"url": "urn:x", "valueCode": "y"}])
        names = {name for name, _ in problems(found, outer, given)}
        assert names.isdisjoint({"slice-ambiguous", "value-fixed"})

    def test_types_need_not_be_named_for_choices(self):
        given = profile(
            ed("Observation.value[x]", slicing={"rules": "open"}),
            ed("Observation.value[x]:valueQuantity", type="Quantity"),
            ed("Observation.value[x]:valueQuantity.unit", min=1),
        )
        assert problems(observation(valueString="x"), given) == []
        assert problems(observation(valueQuantity={"value": 1}), given) == [
            ("profile-minimum", "Observation.value.ofType(Quantity)")
        ]

    def test_types_of_what_references_lead_to(self):
        targets = {"type": "Reference(Patient)"}
        given = slices("focus", ("type", "resolve()"), a={"": targets})
        found = observation(
            contained=[patient(id="p"), {"resourceType": "Organization", "id": "o"}],
            focus=[{"reference": "#p"}, {"reference": "#o"}],
        )
        assert outside(found, given) == ["focus[1]"]

    def test_profiles(self):
        active = profile(ed("Patient.active", min=1), of="Patient", name="active")
        to = {"type": [{"code": "Reference", "targetProfile": [active["url"]]}]}
        given = profile(
            ed("Observation.focus", slicing=by("profile", "resolve()")),
            {**ed("Observation.focus:a", max="1"), **to},
        )
        found = observation(
            contained=[patient(id="p", active=True), patient(id="q")],
            focus=[{"reference": "#p"}, {"reference": "#q"}],
        )
        assert problems(found, given, active) == []
        found["contained"][1]["active"] = False
        assert problems(found, given, active) == [("slice-maximum", "Observation")]

    def test_positions(self):
        given = profile(
            ed("Observation.component", slicing=by("position", "$this")),
            ed(A, min=2, max="2"),
            ed(B, min=0, max="1"),
            ed(f"{B}.value[x]", min=1),
        )
        assert problems(components("a", "b", "c", "d"), given) == [
            ("profile-minimum", "Observation.component[2]")
        ]

    def test_extensions_by_the_urls_of_their_definitions(self):
        url = PROFILES + "unknown"
        slicing = by("value", "url", rules="closed")
        refer = {"type": [{"code": "Extension", "profile": [f"{url}|1.0"]}]}
        given = profile(
            ed("Observation.extension", slicing=slicing),
            {**ed("Observation.extension:u", max="1"), **refer},
        )
        item = {"url": url, "valueString": "x"}
        found = problems(observation(extension=[item, item]), given)
        assert ("slice-maximum", "Observation") in found
        assert ("profile-unknown-in-profile", "Observation.extension[0]") in found
        assert ("slice-unknown", "Observation.extension[0]") not in found


class TestPaths:
    def test_may_lead_through_extensions(self):
        path = "extension('urn:kind').value"
        given = profile(
            ed("Observation.component", slicing=by("value", path, rules="closed")),
            ed(A),
            ed(f"{A}.extension", slicing=by("value", "url")),
            {
                **ed(f"{A}.extension:kind", min=1),
                "type": [{"code": "Extension", "profile": ["urn:kind"]}],
            },
        )
        kind = profile(
            ed("Extension.url", fixedUri="urn:kind"),
            ed("Extension.value[x]", type="code", min=1, fixedCode="k"),
            of="Extension",
            url="urn:kind",
        )
        found = components("a", "b", "c")
        for index, code in ((0, "k"), (1, "l")):
            item = {"url": "urn:kind", "valueCode": code}
            found["component"][index]["extension"] = [item]
        places = [p for name, p in problems(found, given, kind) if name == "slice-unknown"]
        assert places == ["Observation.component[1]", "Observation.component[2]"]

    def test_may_lead_through_one_type_of_a_choice(self):
        path = "value.ofType(CodeableConcept).coding.code"
        given = slices(
            "component",
            ("value", path),
            a={"value[x]": {"type": "CodeableConcept", "patternCodeableConcept": coded("k")}},
        )
        found = components("a", "b", "c")
        found["component"][0]["valueCodeableConcept"] = coded("k")
        found["component"][1]["valueString"] = "k"
        assert outside(found, given) == ["component[1]", "component[2]"]


class TestSlicesOfSlices:
    def test_are_told_apart_as_the_outer_ones_unless_said_otherwise(self):
        given = profile(
            ed("Observation.component", slicing=by("value", "code")),
            ed(A, max="3"),
            ed(f"{A}.code", patternCodeableConcept={"coding": [{"system": "urn:s"}]}),
            ed(f"{A}/x", max="1"),
            ed(f"{A}/x.code", patternCodeableConcept=coded("x")),
        )
        found = components("x", "y", "x")
        assert problems(found, given) == [("slice-maximum", "Observation")]
