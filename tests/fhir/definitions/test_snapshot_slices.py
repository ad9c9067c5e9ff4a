"""Slicing in differentials (http://hl7.org/fhir/R4/profiling.html#slicing)."""

from __future__ import annotations

import pytest

from tests.fhir.definitions.kit import Made, by, ed, made, profile, without_ids

SLICED = (
    ed("Thing.identifier", slicing=by("value", "system")),
    ed("Thing.identifier:nhs", min=1, max="1"),
    ed("Thing.identifier:nhs.system", min=1, fixedUri="urn:nhs"),
    ed("Thing.identifier:local"),
    ed("Thing.identifier:local.system", fixedUri="urn:local"),
)


def _derived(*elements: dict[str, object], parent: tuple[dict[str, object], ...] = SLICED) -> Made:
    return made(profile(*elements, base="parent"), profile(*parent, name="parent"))


class TestNewSlices:
    def test_they_start_from_the_element_as_its_base_had_it(self) -> None:
        found = made(
            profile(
                ed("Thing.identifier", min=2, max="4", slicing=by("value", "system")),
                ed("Thing.identifier:nhs"),
            )
        )

        assert (found["identifier"].min, found["identifier"].max) == (2, 4)
        assert (found["identifier:nhs"].min, found["identifier:nhs"].max) == (0, 4)
        assert found["identifier:nhs"].slicing is None
        assert found["identifier:nhs"].repeats

    def test_what_is_said_of_children_of_all_holds_for_each(self) -> None:
        found = made(
            profile(
                ed("Thing.identifier", slicing=by("value", "system")),
                ed("Thing.identifier.value", min=1),
                ed("Thing.identifier.use", min=1),
                ed("Thing.identifier:nhs"),
                ed("Thing.identifier:nhs.use", fixedCode="official"),
                ed("Thing.identifier:local"),
            )
        )

        assert found.problems == []
        assert found["identifier.value"].min == 1
        assert found["identifier:nhs.value"].min == found["identifier:local.value"].min == 1
        assert found["identifier:nhs.use"].min == 1
        assert found["identifier:nhs.use"].fixed.value == "official"
        assert found["identifier:local.use"].fixed is None

    def test_slices_within_slices(self) -> None:
        found = made(
            profile(
                ed("Thing.part", slicing=by("value", "name")),
                ed("Thing.part:first"),
                ed("Thing.part:first.name", fixedString="first"),
                ed("Thing.part:first.extension:colour", max="1"),
                ed("Thing.part:second"),
            )
        )

        assert found["part:first.extension:colour"].max == 1
        assert found["part:second.extension"].slices == ()

    def test_slices_that_nothing_tells_apart_are_a_problem(self) -> None:
        found = made(profile(ed("Thing.identifier:nhs", max="1")))

        assert found.problems == ["snapshot-slicing-missing"]
        assert found["identifier:nhs"].max == 1


class TestInheritedSlices:
    def test_they_are_constrained_by_name(self) -> None:
        found = _derived(ed("Thing.identifier:nhs.value", min=1))

        assert found.problems == []
        assert found.slices("identifier") == ["nhs", "local"]
        assert found["identifier:nhs"].min == 1
        assert found["identifier:nhs.system"].fixed.value == "urn:nhs"
        assert found["identifier:nhs.value"].min == 1
        assert found["identifier:local.value"].min == 0

    def test_without_ids_order_tells_which_slice_is_meant(self) -> None:
        sd = profile(
            ed("Thing.identifier:local"), ed("Thing.identifier:local.value", min=1), base="parent"
        )
        found = made(without_ids(sd), profile(*SLICED, name="parent"))

        assert found["identifier:local.value"].min == 1
        assert found["identifier:nhs.value"].min == 0

    def test_new_ones_come_after_them(self) -> None:
        found = _derived(ed("Thing.identifier:extra", max="1"), ed("Thing.identifier:nhs"))

        assert found.slices("identifier") == ["nhs", "local", "extra"]

    def test_the_minimum_of_a_slice_may_be_lowered_no_other(self) -> None:
        found = _derived(
            ed("Thing.identifier:nhs", min=0), ed("Thing.identifier:nhs.system", min=0)
        )

        assert found.problems == ["snapshot-minimum"]
        assert found["identifier:nhs.system"].min == 1

    def test_a_slice_said_to_be_there_must_be_there(self) -> None:
        found = _derived(
            ed("Thing.identifier:nhs", sliceIsConstraining=True),
            ed("Thing.identifier:gone", sliceIsConstraining=True),
        )

        assert found.problems == ["snapshot-slice-unknown"]
        assert found.found[0].element == "Thing.identifier:gone"

    def test_closed_slicing_takes_no_more(self) -> None:
        closed = (
            ed("Thing.identifier", slicing=by("value", "system", rules="closed")),
            *SLICED[1:],
        )
        found = _derived(ed("Thing.identifier:extra"), parent=closed)

        assert found.problems == ["snapshot-slicing-closed"]


class TestSlicingItself:
    def test_it_may_be_closed_later(self) -> None:
        found = _derived(ed("Thing.identifier", slicing=by("value", "system", rules="closed")))

        assert found.problems == []
        assert found["identifier"].slicing.rules == "closed"

    def test_it_may_not_be_opened_again(self) -> None:
        closed = (
            ed("Thing.identifier", slicing=by("value", "system", rules="closed")),
            *SLICED[1:],
        )
        found = _derived(ed("Thing.identifier", slicing=by("value", "system")), parent=closed)

        assert found.problems == ["snapshot-slicing-rules"]
        assert found["identifier"].slicing.rules == "closed"

    def test_discriminators_may_be_added_and_not_changed(self) -> None:
        more = by("value", "system")
        more["discriminator"].append({"type": "value", "path": "use"})
        assert _derived(ed("Thing.identifier", slicing=more)).problems == []

        found = _derived(ed("Thing.identifier", slicing=by("value", "use")))
        assert found.problems == ["snapshot-slicing-changed"]
        assert found.texts == [
            "Thing.identifier is sliced by value of use, but in its base by value of system"
        ]
        assert found["identifier"].slicing.discriminators[0].path == "system"


@pytest.mark.parametrize("forget", [lambda sd: sd, without_ids])
def test_slices_can_be_sliced_again(forget: object) -> None:
    sd = profile(
        *SLICED[:3],
        ed("Thing.identifier:local", slicing=by("value", "use")),
        ed("Thing.identifier:local.system", fixedUri="urn:local"),
        ed("Thing.identifier:local/old", max="2"),
        ed("Thing.identifier:local/old.use", fixedCode="old"),
    )
    found = made(forget(sd))  # type: ignore[operator]

    assert found.problems == []
    assert found.slices("identifier") == ["nhs", "local"]
    assert [slice_.slice_name for slice_ in found["identifier:local"].slices] == ["local/old"]
    assert found["identifier:local/old.use"].fixed.value == "old"
    assert found["identifier:local/old.system"].fixed.value == "urn:local"
    assert found["identifier:local/old"].id == "Thing.identifier:local/old"


class TestTypesOfChoices:
    """Choices are sliced by type, in full or by naming one of their types."""

    def test_slices_by_type(self) -> None:
        found = made(
            profile(
                ed("Thing.value[x]", slicing=by("type", "$this")),
                ed("Thing.value[x]:valueQuantity", type="Quantity"),
                ed("Thing.value[x]:valueQuantity.unit", min=1),
            )
        )

        assert found.problems == []
        assert len(found["value[x]"].types) == 3
        assert found["value[x]:valueQuantity.unit"].min == 1

    def test_the_name_of_a_slice_says_its_type(self) -> None:
        found = made(
            profile(
                ed("Thing.value[x]", slicing=by("type", "$this")),
                ed("Thing.value[x]:valueQuantity"),
            )
        )

        assert [ref.code for ref in found["value[x]:valueQuantity"].types] == ["Quantity"]

    def test_naming_a_type_leaves_only_that_one(self) -> None:
        found = made(
            profile(
                {"id": "Thing.valueQuantity", "path": "Thing.valueQuantity", "min": 1},
                {"id": "Thing.valueQuantity.unit", "path": "Thing.valueQuantity.unit", "min": 1},
            )
        )

        assert found.problems == []
        assert [ref.code for ref in found["value[x]"].types] == ["Quantity"]
        assert found["value[x]"].slices == ()
        assert found["value[x]"].min == 1
        assert found["value[x].unit"].min == 1

    def test_naming_two_types_leaves_both_as_slices(self) -> None:
        found = made(
            profile(
                {"path": "Thing.valueQuantity"},
                {"path": "Thing.valueQuantity.unit", "min": 1},
                {"path": "Thing.valueString", "short": "In words"},
            )
        )

        assert {ref.code for ref in found["value[x]"].types} == {"Quantity", "string"}
        assert found.slices("value[x]") == ["valueQuantity", "valueString"]
        assert found["value[x]:valueQuantity.unit"].min == 1
        assert found["value[x]:valueString"].short == "In words"

    def test_slices_without_a_word_of_slicing_do_the_same(self) -> None:
        found = made(profile(ed("Thing.value[x]:valueQuantity", type="Quantity")))

        assert [ref.code for ref in found["value[x]"].types] == ["Quantity"]

    def test_where_types_are_stated_they_stay(self) -> None:
        found = made(
            profile(
                ed("Thing.value[x]", type="Quantity|string"),
                {"id": "Thing.valueQuantity", "path": "Thing.valueQuantity", "short": "How much"},
            )
        )

        assert {ref.code for ref in found["value[x]"].types} == {"Quantity", "string"}
        assert found["value[x]:valueQuantity"].short == "How much"

    def test_what_is_said_below_a_type_only_narrows_nothing(self) -> None:
        found = made(
            profile(
                {"id": "Thing.valueQuantity.unit", "path": "Thing.valueQuantity.unit", "min": 1}
            )
        )

        assert len(found["value[x]"].types) == 3
        assert found["value[x]:valueQuantity.unit"].min == 1

    def test_forbidding_a_type_takes_it_away(self) -> None:
        found = made(profile({"path": "Thing.valueQuantity", "max": "0"}))

        assert {ref.code for ref in found["value[x]"].types} == {"string", "CodeableConcept"}
        assert found["value[x]:valueQuantity"].max == 0

    def test_requiring_a_type_forbids_the_others(self) -> None:
        found = made(
            profile(
                ed("Thing.value[x]", slicing=by("type", "$this")),
                ed("Thing.value[x]:valueQuantity", min=1, type="Quantity"),
            )
        )

        assert [ref.code for ref in found["value[x]"].types] == ["Quantity"]
        assert found["value[x]"].min == 1

    def test_inherited_slices_are_found_by_type(self) -> None:
        parent = profile(
            ed("Thing.value[x]", slicing=by("type", "$this")),
            ed("Thing.value[x]:amount", type="Quantity"),
            ed("Thing.value[x]:words", type="string"),
            name="parent",
        )
        found = made(profile({"path": "Thing.valueQuantity.unit", "min": 1}, base="parent"), parent)

        assert found.slices("value[x]") == ["amount", "words"]
        assert found["value[x]:amount.unit"].min == 1

    def test_the_names_of_stu3_are_understood(self) -> None:
        entry = {
            "id": "Thing.value[x]:valueQuantity",
            "path": "Thing.valueQuantity",
            "sliceName": "valueQuantity",
            "type": [{"code": "Quantity"}],
        }
        below = {
            "id": "Thing.value[x]:valueQuantity.unit",
            "path": "Thing.valueQuantity.unit",
            "min": 1,
        }
        found = made(profile(entry, below))

        assert found.problems == []
        assert [ref.code for ref in found["value[x]"].types] == ["Quantity"]
        assert found["value[x].unit"].min == 1

    def test_slices_of_elements_that_have_choices(self) -> None:
        found = made(
            without_ids(
                profile(
                    ed("Thing.part", slicing=by("type", "value", rules="closed")),
                    ed("Thing.part:words"),
                    ed("Thing.part.valueString"),
                    ed("Thing.part:amount", max="1"),
                    ed("Thing.part.valueQuantity"),
                )
            )
        )

        assert found.problems == []
        assert [ref.code for ref in found["part:words.value[x]"].types] == ["string"]
        assert [ref.code for ref in found["part:amount.value[x]"].types] == ["Quantity"]
        assert len(found["part.value[x]"].types) == 2
