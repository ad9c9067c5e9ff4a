"""Slicing: which slice a value belongs to, what it then has to meet, and in which order."""

import pytest

from tests.fhir.definitions.kit import by, ed
from tests.fhir.validation.world import check, observation, problems, profile

SYSTEM = "Observation.identifier:%s.system"


def sliced(*more, how=None, **slicing):
    """Identifiers sliced by their systems into ``a`` and ``b``."""
    slicing = {**by(*(how or ("value", "system"))), **slicing}
    return profile(
        ed("Observation.identifier", slicing=slicing),
        ed("Observation.identifier:a", max="1"),
        ed(SYSTEM % "a", min=1, fixedUri="urn:a"),
        ed("Observation.identifier:b", max="2"),
        ed(SYSTEM % "b", min=1, fixedUri="urn:b"),
        *more,
    )


def identified(*names):
    return observation(identifier=[{"system": f"urn:{name}", "value": "1"} for name in names])


class TestCounting:
    def test_each_slice_counts_for_itself(self):
        assert problems(identified("a", "b", "b", "c"), sliced()) == []
        assert problems(identified("a", "a", "b"), sliced()) == [("slice-maximum", "Observation")]

    def test_slices_may_have_to_be_there(self):
        needed = profile(
            ed("Observation.identifier", slicing=by("value", "system"), min=1),
            ed("Observation.identifier:a", min=1),
            ed(SYSTEM % "a", min=1, fixedUri="urn:a"),
        )
        assert problems(identified("a"), needed) == []
        assert problems(identified("b"), needed) == [("slice-minimum", "Observation")]
        assert ("slice-minimum", "Observation") in problems(observation(), needed)


class TestRules:
    def test_closed_slicing_allows_no_others(self):
        assert problems(identified("a", "c"), sliced(rules="closed")) == [
            ("slice-unknown", "Observation.identifier[1]")
        ]

    def test_closed_slicing_may_rule_a_slice_out(self):
        given = profile(
            ed("Observation.value[x]", slicing=by("type", "$this", rules="closed")),
            ed("Observation.value[x]:valueString", type="string", max="0"),
            ed("Observation.value[x]:valueQuantity", type="Quantity"),
        )
        assert problems(observation(valueQuantity={"value": 1}), given) == []
        found = problems(observation(valueString="x"), given)
        assert ("slice-unknown", "Observation.value.ofType(string)") in found
        assert ("slice-maximum", "Observation") not in found

    def test_ordered_slices_stand_in_the_order_of_the_profile(self):
        ordered = sliced(ordered=True)
        assert problems(identified("a", "c", "b"), ordered) == []
        assert problems(identified("b", "a"), ordered) == [
            ("slice-order", "Observation.identifier[1]")
        ]

    def test_others_may_have_to_stand_at_the_end(self):
        at_end = sliced(rules="openAtEnd")
        assert problems(identified("b", "a", "c", "d"), at_end) == []
        assert problems(identified("c", "a"), at_end) == [
            ("slice-not-at-end", "Observation.identifier[0]")
        ]

    def test_a_value_is_of_one_slice(self):
        both = profile(
            ed("Observation.identifier", slicing=by("exists", "value")),
            ed("Observation.identifier:a"),
            ed("Observation.identifier:a.value", min=1),
            ed("Observation.identifier:b"),
            ed("Observation.identifier:b.value", min=1),
        )
        assert problems(identified("a"), both) == [("slice-ambiguous", "Observation.identifier[0]")]


class TestValues:
    def test_have_to_meet_what_their_slice_asks(self):
        asking = sliced(ed("Observation.identifier:b.use", min=1))
        assert problems(identified("a", "b", "c"), asking) == [
            ("profile-minimum", "Observation.identifier[1]")
        ]

    def test_of_no_slice_have_to_meet_what_is_asked_of_all(self):
        asking = sliced(ed("Observation.identifier.use", min=1))
        assert problems(identified("c"), asking) == [
            ("profile-minimum", "Observation.identifier[0]")
        ]

    @pytest.mark.parametrize("slice_name", ["a", "a/b"])
    def test_of_slices_have_to_meet_what_is_asked_of_all(self, slice_name):
        text = "Observation.component:%s.code.text"
        elements = [
            ed("Observation"),
            ed("Observation.component", max="*", min=0, slicing=by("value", "code.text")),
            ed("Observation.component.value[x]", min=1, max="1", type="string"),
            ed("Observation.component:a", max="*", min=0),
            ed("Observation.component:a.code", max="1", type="CodeableConcept"),
            ed(text % "a", max="1", fixedString="x", type="string"),
        ]
        if slice_name == "a/b":
            elements[3]["slicing"] = by("value", "id")
            elements += [
                ed("Observation.component:a/b", max="*", min=0),
                ed("Observation.component:a/b.id", max="1", fixedString="b", type="string"),
            ]
        given = profile(snapshot={"element": elements})
        component = {"id": slice_name.rpartition("/")[2], "code": {"text": "x"}}
        assert problems(observation(component=[component]), given) == [
            ("profile-minimum", "Observation.component[0]")
        ]
        outcome = check(observation(component=[{**component, "valueString": "x"}]), given)
        assert outcome.issues == ()
