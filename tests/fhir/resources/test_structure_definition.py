"""StructureDefinitions: where they come from, and what they say of their elements."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from conformance_cli.fhir.definitions.schema import Structure
from conformance_cli.fhir.resources.structures.definition import check_structure_definition
from conformance_cli.fhir.validation.session import Session
from tests.fhir.resources.definitions import (
    CORE,
    element,
    pinned,
    structure,
    tiny_fhir,
    tiny_library,
)
from tests.fhir.resources.fakes import FakeLibrary, a_scope, a_session, errors, found, texts_of

URL = "http://profiles.example/StructureDefinition/p"


def a_profile(*elements: dict[str, Any], view: str = "differential", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "StructureDefinition",
        "url": URL,
        "kind": "resource",
        "type": "Patient",
        "baseDefinition": CORE + "Patient",
        "derivation": "constraint",
        view: {"element": list(elements)},
        **more,
    }


def at(path: str, **more: Any) -> dict[str, Any]:
    return {"id": path, "path": path, **more}


def checked(definition: dict[str, Any], library: FakeLibrary | None = None) -> Session:
    session = a_session(library=library or tiny_library())
    check_structure_definition(session, a_scope(definition))
    assert all(texts_of(session)) or not session.found
    return session


def of_version(library: FakeLibrary, version: str) -> FakeLibrary:
    library.fhir_version = version
    return library


def first(suffix: str = "", view: str = "differential") -> str:
    """The place of the first element, or below it."""
    return f"StructureDefinition.{view}.element[0]{suffix}"


def test_a_sound_profile_is_fine() -> None:
    profile = a_profile(
        at("Patient"),
        at("Patient.active", min=1),
        at(
            "Patient.link",
            slicing={"discriminator": [{"type": "value", "path": "type"}], "rules": "open"},
        ),
        at("Patient.valueQuantity", type=[{"code": "Quantity"}]),
        at("Patient.kind", binding={"strength": "required"}),
    )
    assert found(checked(profile)) == []


@pytest.mark.parametrize(
    ("definition", "message", "place"),
    [
        ({"baseDefinition": "http://x"}, "structure-base-unknown", ""),
        ({"derivation": None}, "structure-no-derivation", ""),
        ({"kind": "complex-type"}, "structure-kind", ""),
        ({"derivation": "specialization"}, "structure-type-not-new", ""),
        ({"type": "Chicken"}, "structure-type-unknown", ".type"),
        ({"type": "http://models.example/Chicken"}, "structure-type-not-logical", ".type"),
        ({"context": [{"type": "element"}]}, "structure-context-forbidden", ".context[0]"),
        ({"baseDefinition": URL}, "structure-base-circle", ""),
    ],
)
def test_where_a_structure_comes_from(definition: Any, message: str, place: str) -> None:
    session = checked({**a_profile(), **definition})
    assert (message, f"StructureDefinition{place}") in found(session)
    assert bool(errors(session)) is (message != "structure-base-unknown")


def test_a_circle_may_go_by_way_of_others() -> None:
    other = a_profile(url="http://o", baseDefinition=URL)
    library = tiny_library(other, other=structure("Patient", url="http://o"))
    session = checked(a_profile(baseDefinition="http://o"), library)
    assert errors(session) == [("structure-base-circle", "StructureDefinition")]


def test_only_fhir_defines_its_types() -> None:
    model = a_profile(kind="logical", derivation="specialization", type="Patient")
    assert ("structure-type-taken", "StructureDefinition.type") in errors(checked(model))
    own = {**model, "type": "http://models.example/Thing", "baseDefinition": CORE + "Element"}
    assert errors(checked(own)) == []


def test_problems_of_the_snapshot_are_told_where_the_structure_stands() -> None:
    session = checked(a_profile(at("Patient.nothing", min=1)))
    assert errors(session) == [("snapshot-element-unmatched", "StructureDefinition")]


def extension(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    url = at("Extension.url", fixedUri=URL)
    kinds = {"kind": "complex-type", "type": "Extension", "baseDefinition": CORE + "Extension"}
    return a_profile(*(elements or (url,)), **{**kinds, **more})


@pytest.mark.parametrize(
    ("expression", "is_known"),
    [
        ("Patient", True),
        ("Patient.link.type", True),
        ("Patient.value[x]", True),
        ("Patient.kind.coding", True),
        ("Patient.nothing", False),
        ("Chicken", False),
        ("Resource", True),
        (f"{CORE}Patient#Patient.active", True),
        ("http://nobody.example/p#Patient.active", True),
    ],
)
def test_the_context_of_an_extension_is_an_element(expression: str, is_known: bool) -> None:
    session = checked(extension(context=[{"type": "element", "expression": expression}]))
    unknown = [("structure-context-unknown", "StructureDefinition.context[0]")]
    assert errors(session) == ([] if is_known else unknown)


@pytest.mark.parametrize("context", ["*", "Any", "Element,Resource", "Patient"])
def test_the_contexts_of_stu3_are_names(context: str) -> None:
    definition = extension(contextType="resource", context=[context])
    session = checked(definition, of_version(tiny_library(), "3.0.1"))
    assert [one for one, _ in errors(session)] == []


def test_contexts_that_say_too_much_or_the_wrong_way_are_noted() -> None:
    anywhere = checked(extension(context=[{"type": "element", "expression": "Element"}]))
    assert [one for one, _ in found(anywhere)] == ["structure-context-element"]
    simple = checked(extension(context=[{"type": "fhirpath", "expression": "Patient.active"}]))
    assert [one for one, _ in found(simple)] == ["structure-context-simple"]


def test_a_rule_for_the_context_can_be_read() -> None:
    session = checked(extension(contextInvariant=["active.exists()", "active.exists("]))
    assert errors(session) == [
        ("structure-context-invariant", "StructureDefinition.contextInvariant[1]")
    ]


def test_an_extension_fixes_its_own_url() -> None:
    assert errors(checked(extension())) == []
    other = extension(at("Extension.url", fixedUri="http://other"))
    assert errors(checked(other)) == [("structure-extension-url", "StructureDefinition")]
    assert errors(checked(extension(at("Extension")))) == [
        ("structure-extension-url-missing", "StructureDefinition")
    ]


@pytest.mark.parametrize(
    ("json", "message", "place"),
    [
        (at("Person.active"), "structure-element-path", ""),
        (at("Patient.active", meaningWhenMissing="x"), "structure-element-not-in-profiles", ""),
        (
            at("Patient.active", type=[{"code": "boolean"}], maxLength=3),
            "structure-element-unsuitable",
            "",
        ),
        (
            at("Patient.active", type=[{"code": "boolean"}], binding={"strength": "example"}),
            "structure-element-unsuitable",
            "",
        ),
        (
            at("Patient.active", type=[{"code": "boolean", "targetProfile": [CORE + "Patient"]}]),
            "structure-type-no-targets",
            ".type[0].targetProfile[0]",
        ),
        (
            at("Patient.value[x]", type=[{"code": "Quantity", "profile": [CORE + "Count"]}]),
            "structure-type-profile",
            ".type[0].profile[0]",
        ),
        (
            at(
                "Patient.link.other",
                type=[{"code": "Reference", "targetProfile": [CORE + "Coding"]}],
            ),
            "structure-type-target",
            ".type[0].targetProfile[0]",
        ),
        (
            at("Patient.active", slicing={"rules": "open"}),
            "structure-slicing-single",
            ".slicing",
        ),
        (
            at(
                "Patient.kind",
                slicing={"discriminator": [{"type": "value", "path": "nothing"}]},
            ),
            "structure-discriminator-path",
            ".slicing.discriminator[0]",
        ),
        (
            at("Patient", constraint=[{"key": "p-1", "expression": "a.where("}]),
            "structure-constraint-expression",
            ".constraint[0]",
        ),
        (
            at("Patient", constraint=[{"key": "p-1", "expression": "true", "source": "http://o"}]),
            "structure-constraint-source",
            ".constraint[0]",
        ),
        (
            at("Patient", constraint=[{"key": "pat-1", "expression": "true"}]),
            "structure-constraint-conflict",
            ".constraint[0]",
        ),
    ],
)
def test_what_an_element_of_a_differential_may_not_say(
    json: dict[str, Any], message: str, place: str
) -> None:
    assert (message, first(place)) in errors(checked(a_profile(json)))


@pytest.mark.parametrize(
    ("path", "discriminator", "is_fine"),
    [
        ("Patient.kind", "coding.code", True),
        ("Patient.kind", "$this", True),
        ("Patient.kind", "coding.where(system = 'a').code", True),
        ("Patient.kind", "code", False),
        ("Patient.link", "other.resolve().code", True),
        ("Patient.link", "other.identifier", False),
        ("Patient.extension", "url", True),
        ("Patient.extension", "value.ofType(Coding).code", True),
        ("Patient.extension", "type", False),
        ("Patient.extension", "extension('http://nobody').value", True),
        ("Patient.link", "extension('http://nobody').code", False),
        ("Patient.value[x]", "$this", True),
    ],
)
def test_discriminators_lead_somewhere(path: str, discriminator: str, is_fine: bool) -> None:
    slicing = {"discriminator": [{"type": "value", "path": discriminator}], "rules": "open"}
    session = checked(a_profile(at(path, slicing=slicing)))
    wrong = [("structure-discriminator-path", first(".slicing.discriminator[0]"))]
    assert errors(session) == ([] if is_fine else wrong)


def test_paths_that_go_round_in_circles_take_bounded_time() -> None:
    path = ".".join(["value", "extension"] * 500)
    slicing = {"discriminator": [{"type": "value", "path": path}], "rules": "open"}
    assert len(checked(a_profile(at("Patient.extension", slicing=slicing))).found) <= 1


@pytest.mark.parametrize(
    ("base", "derived", "message"),
    [
        (("boolean", True), {"fixedBoolean": True}, None),
        (("boolean", True), {"fixedBoolean": False}, "structure-fixed-value"),
        (("boolean", True), {"fixedString": "x"}, "structure-fixed-type"),
    ],
)
def test_what_a_base_fixes_stays_fixed(base: Any, derived: Any, message: str | None) -> None:
    patient = tiny_fhir()[CORE + "Patient"]
    active = element("Patient.active", "boolean", fixed=pinned(*base))
    fixing = replace(patient, url="http://b", root=replace(patient.root, children=(active,)))
    session = checked(
        a_profile(at("Patient.active", **derived), baseDefinition="http://b"),
        tiny_library(fixing=fixing),
    )
    places = {one: place for one, place in errors(session) if one.startswith("structure-fixed")}
    assert list(places) == ([message] if message else [])


def test_the_key_of_a_rule_stands_for_one_rule() -> None:
    rules = [{"key": "p-1", "expression": "active"}, {"key": "p-1", "expression": "kind"}]
    profile = a_profile(
        *(
            at(path, constraint=[rule])
            for path, rule in zip(("Patient.active", "Patient.kind"), rules, strict=True)
        )
    )
    assert errors(checked(profile)) == [
        (
            "structure-constraint-conflict",
            "StructureDefinition.differential.element[1].constraint[0]",
        )
    ]


def modifier(is_modifier: bool) -> Structure:
    return structure(
        "Extension",
        url="http://e",
        kind="complex-type",
        derivation="constraint",
        base=CORE + "Extension",
        root={"is_modifier": is_modifier},
    )


@pytest.mark.parametrize(
    ("path", "is_modifier", "message"),
    [
        ("Patient.extension", False, None),
        ("Patient.extension", True, "structure-type-profile-modifier"),
        ("Patient.modifierExtension", False, "structure-type-profile-not-modifier"),
        ("Patient.modifierExtension", True, None),
    ],
)
def test_modifier_extensions_stand_among_themselves(
    path: str, is_modifier: bool, message: str | None
) -> None:
    json = at(path, type=[{"code": "Extension", "profile": ["http://e"]}])
    session = checked(a_profile(json), tiny_library(e=modifier(is_modifier)))
    told = [one for one, _ in errors(session) if one.startswith("structure-type")]
    assert told == ([message] if message else [])


def snapshot(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return a_profile(*elements, view="snapshot", **more)


@pytest.mark.parametrize(
    ("json", "message"),
    [
        (at("Patient.active"), "structure-element-no-types"),
        (
            at("Patient.active", type=[{"code": "boolean"}], fixedString="x"),
            "structure-element-value-type",
        ),
        (at("Patient", sliceName="x"), "structure-element-forbidden"),
    ],
)
def test_what_an_element_of_a_snapshot_may_not_say(json: dict[str, Any], message: str) -> None:
    assert message in [one for one, _ in errors(checked(snapshot(json)))]


@pytest.mark.parametrize(("version", "is_fine"), [("3.0.1", True), ("4.0.1", False)])
def test_the_primitive_values_of_stu3_have_types_by_extensions_only(
    version: str, is_fine: bool
) -> None:
    told = {"extension": [{"url": CORE + "structuredefinition-json-type", "valueString": "string"}]}
    json = at("Patient.active.value", type=[{"_code": told}])
    session = checked(snapshot(json), of_version(tiny_library(), version))
    missing = {"structure-type-no-code", "structure-element-no-types"}
    assert missing & {one for one, _ in errors(session)} == (set() if is_fine else missing)


def test_definitions_of_types_say_how_often_elements_are_there() -> None:
    json = at("Thing.name", type=[{"code": "string"}])
    model = snapshot(
        at("Thing", min=0, max="*"),
        json,
        type="http://models.example/Thing",
        kind="logical",
        derivation="specialization",
        baseDefinition=CORE + "Element",
    )
    assert (
        errors(checked(model))
        == [("structure-element-required", "StructureDefinition.snapshot.element[1]")] * 2
    )


def value_set(url: str = "http://vs", **more: Any) -> dict[str, Any]:
    return {"resourceType": "ValueSet", "url": url, **more}


@pytest.mark.parametrize(
    ("resources", "url", "message"),
    [
        ([value_set()], "http://vs", None),
        ([], "http://vs", "structure-binding-unknown"),
        (
            [{"resourceType": "CodeSystem", "url": "http://vs"}],
            "http://vs",
            "structure-binding-not-a-value-set",
        ),
        ([value_set(experimental=True)], "http://vs", "structure-binding-experimental"),
        (
            [value_set("http://loinc.org/vs")],
            "http://loinc.org/vs",
            "structure-binding-everything",
        ),
    ],
)
def test_bindings_name_value_sets(resources: Any, url: str, message: str | None) -> None:
    json = at("Patient.kind", binding={"strength": "required", "valueSet": url})
    session = checked(a_profile(json), tiny_library(*resources))
    assert found(session) == ([(message, first(".binding"))] if message else [])


OBLIGATIONS = CORE + "obligation-profile"
INHERITS = CORE + "inherit-obligations"


def test_obligations_are_inherited_from_obligation_profiles_on_the_same_base() -> None:
    flagged = {"url": OBLIGATIONS, "valueBoolean": True}
    good = a_profile(url="http://good", extension=[flagged])
    plain = a_profile(url="http://plain")
    other = a_profile(url="http://other", extension=[flagged], baseDefinition="http://b")
    urls = ["http://good", "http://plain", "http://other"]
    inherits = [{"url": INHERITS, "valueCanonical": url} for url in urls]
    session = checked(
        a_profile(extension=[*inherits, {"url": INHERITS}]), tiny_library(good, plain, other)
    )
    assert errors(session) == [
        ("structure-obligations-not-a-profile", "StructureDefinition.extension[1]"),
        ("structure-obligations-base", "StructureDefinition.extension[2]"),
        ("structure-obligations-no-profile", "StructureDefinition.extension[3]"),
    ]


def test_an_obligation_profile_speaks_of_obligations_only() -> None:
    obligation = {"url": CORE + "obligation", "extension": []}
    profile = a_profile(
        at("Patient.active", mustSupport=True, extension=[obligation]),
        at("Patient.kind", short="A kind"),
        at("Patient.nothing"),
        extension=[{"url": OBLIGATIONS, "valueBoolean": True}],
    )
    told = [one for one in errors(checked(profile)) if one[0].startswith("structure-obligations")]
    assert told == [
        ("structure-obligations-content", "StructureDefinition.differential.element[1].short"),
        ("structure-obligations-element", "StructureDefinition.differential.element[2]"),
    ]


def test_nothing_that_is_malformed_raises() -> None:
    broken: list[Any] = [
        None,
        1,
        Decimal(1),
        "x",
        [],
        {},
        [None],
        [{}],
        {"element": 3},
        {"element": [None, {}]},
    ]
    for value in broken:
        for key in ("differential", "snapshot", "context", "extension", "type", "url", "kind"):
            checked({**a_profile(), key: value})
        for key in ("type", "slicing", "binding", "constraint", "path", "fixedString", "max"):
            checked(a_profile({**at("Patient.kind"), key: value}))
            checked(snapshot({**at("Patient.kind"), key: value}))
        kind = {"code": "Reference", "profile": value, "targetProfile": value, "_profile": value}
        checked(snapshot(at("Patient.kind", type=[kind], binding={"valueSet": value})))
