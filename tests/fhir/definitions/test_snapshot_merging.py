"""How what a differential says and what the base says become one."""

from __future__ import annotations

from tests.fhir.definitions.kit import CORE, PROFILES, Made, ed, made, profile

_REQUIRED = {"strength": "required", "valueSet": "http://example.org/vs"}


def _two(first: dict[str, object], second: dict[str, object]) -> Made:
    return made(profile(second, base="parent"), profile(first, name="parent"))


class TestCardinality:
    def test_it_may_be_narrowed(self) -> None:
        found = made(profile(ed("Thing.identifier", min=1, max="3")))

        assert (found["identifier"].min, found["identifier"].max) == (1, 3)
        assert found["identifier"].repeats

    def test_an_array_stays_an_array(self) -> None:
        found = made(profile(ed("Thing.identifier", max="1")))

        assert found["identifier"].max == 1
        assert found["identifier"].repeats

    def test_it_may_not_be_widened(self) -> None:
        found = made(profile(ed("Thing.code", min=0), ed("Thing.active", max="*")))

        assert found.problems == ["snapshot-minimum", "snapshot-maximum"]
        assert (found["code"].min, found["active"].max) == (1, 1)
        assert found.texts == [
            "Thing.code may be there 0 time(s), which is fewer than the 1 of its base",
            "Thing.active may be there * time(s), which is more than the 1 of its base",
        ]
        assert [problem.index for problem in found.found] == [0, 1]

    def test_what_is_forbidden_cannot_be_required(self) -> None:
        found = _two(ed("Thing.active", max="0"), ed("Thing.active", min=1))

        assert found.problems == ["snapshot-cardinality-crossed"]


class TestTypes:
    def test_they_may_be_narrowed(self) -> None:
        found = made(profile(ed("Thing.value[x]", type="string|Quantity")))

        assert [ref.code for ref in found["value[x]"].types] == ["string", "Quantity"]

    def test_others_may_not_be_added(self) -> None:
        found = made(profile(ed("Thing.value[x]", type="string|boolean")))

        assert found.problems == ["snapshot-type"]
        assert [ref.code for ref in found["value[x]"].types] == ["string"]

    def test_a_type_that_is_derived_from_that_of_the_base_will_do(self) -> None:
        found = made(profile(ed("Thing.contained", type="Other")))

        assert found.problems == []
        assert found["contained"].types[0].code == "Other"

    def test_a_type_that_is_only_named_keeps_its_targets(self) -> None:
        found = made(profile(ed("Thing.parent", type="Reference")))

        assert found["parent"].types[0].targets == (CORE + "Thing", CORE + "Other")

    def test_targets_may_be_narrowed_to_profiles(self) -> None:
        special = profile(name="special")
        found = made(
            profile(
                {
                    "path": "Thing.parent",
                    "type": [{"code": "Reference", "targetProfile": [PROFILES + "special"]}],
                }
            ),
            special,
        )

        assert found.problems == []
        assert found["parent"].types[0].targets == (PROFILES + "special",)

    def test_other_targets_are_a_problem(self) -> None:
        found = made(profile(ed("Thing.parent", type="Reference(Other,Quantity)")))

        assert found.problems == ["snapshot-target"]

    def test_targets_that_are_not_at_hand_are_taken_on_trust(self) -> None:
        found = made(profile(ed("Thing.parent", type="Reference(Unknown)")))

        assert found.problems == []


class TestBindings:
    def test_they_may_be_strengthened(self) -> None:
        weak = {"strength": "example", "valueSet": "http://example.org/any"}
        found = _two(ed("Thing.code", binding=weak), ed("Thing.code", binding=_REQUIRED))

        assert found.problems == []
        assert found["code"].binding.strength == "required"
        assert found["code"].binding.value_set == "http://example.org/vs"

    def test_a_required_one_stays_required(self) -> None:
        weak = {"strength": "extensible", "valueSet": "http://example.org/any"}
        found = _two(ed("Thing.code", binding=_REQUIRED), ed("Thing.code", binding=weak))

        assert found.problems == ["snapshot-binding"]
        assert found["code"].binding.strength == "required"

    def test_additional_ones_add_up(self) -> None:
        def more(name: str) -> dict[str, object]:
            return _REQUIRED | {"additional": [{"purpose": "candidate", "valueSet": name}]}

        found = _two(ed("Thing.code", binding=more("a")), ed("Thing.code", binding=more("b")))

        assert [item.value_set for item in found["code"].binding.additional] == ["a", "b"]

    def test_a_binding_goes_with_the_types_that_it_was_for(self) -> None:
        found = _two(ed("Thing.value[x]", binding=_REQUIRED), ed("Thing.value[x]", type="boolean"))
        assert found["value[x]"].binding is not None

        found = made(profile(ed("Thing.active", binding=_REQUIRED)))
        assert found["active"].binding is None


class TestValues:
    def test_a_value_replaces_another_of_its_kind(self) -> None:
        first = ed("Thing.code", patternCodeableConcept={"text": "a"})
        second = ed("Thing.code", patternCodeableConcept={"text": "a", "coding": [{"code": "x"}]})
        found = _two(first, second)

        assert found["code"].pattern.value == {"text": "a", "coding": [{"code": "x"}]}

    def test_companions_of_values_are_kept(self) -> None:
        found = made(profile(ed("Thing.active", fixedBoolean=True, _fixedBoolean={"id": "a"})))

        assert found["active"].fixed.type == "boolean"
        assert found["active"].fixed.extra == {"id": "a"}

    def test_limits_of_another_type_replace_those_before(self) -> None:
        first = ed("Thing.value[x]", maxValueQuantity={"value": 9})
        second = ed("Thing.value[x]", maxValueDecimal=5)
        found = _two(first, second)

        assert (found["value[x]"].max_value.type, found["value[x]"].max_value.value) == (
            "decimal", 5,
        )  # fmt: skip


class TestConstraints:
    def test_they_add_up_and_name_their_source(self) -> None:
        def rule(key: str) -> list[dict[str, str]]:
            return [{"key": key, "severity": "error", "human": key, "expression": "true"}]

        found = _two(ed("Thing", constraint=rule("a")), ed("Thing", constraint=rule("b")))

        rules = found.structure.root.constraints
        assert [(item.key, item.source) for item in rules] == [
            ("a", PROFILES + "parent"),
            ("b", PROFILES + "profile"),
        ]

    def test_a_key_is_told_once(self) -> None:
        rule = [{"key": "a", "severity": "error", "human": "a", "expression": "true"}]
        found = _two(ed("Thing", constraint=rule), ed("Thing", constraint=rule))

        assert len(found.structure.root.constraints) == 1


class TestFlags:
    def test_must_support_is_not_taken_back(self) -> None:
        found = _two(ed("Thing.active", mustSupport=True), ed("Thing.active", mustSupport=False))

        assert found.problems == ["snapshot-must-support"]
        assert found["active"].must_support

    def test_only_extensions_may_begin_to_modify(self) -> None:
        found = made(profile(ed("Thing.active", isModifier=True)))

        assert not found["active"].is_modifier

    def test_extensions_on_elements_are_kept_and_replaced(self) -> None:
        url = "http://hl7.org/fhir/StructureDefinition/minLength"

        def shortest(length: int) -> list[dict[str, object]]:
            return [{"url": url, "valueInteger": length}]

        first = ed("Thing.part.name", extension=shortest(2), maxLength=9)
        assert _two(first, ed("Thing.part.name", short="n"))["part.name"].min_length == 2
        assert (
            _two(first, ed("Thing.part.name", extension=shortest(3)))["part.name"].min_length == 3
        )
        assert _two(first, ed("Thing.part.name", maxLength=5))["part.name"].max_length == 5
