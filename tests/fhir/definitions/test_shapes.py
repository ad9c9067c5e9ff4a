"""Base structures without packages: what models know of FHIR's types, and what they do not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from conformance_cli.fhir.definitions.library import Library
from conformance_cli.fhir.definitions.schema import Element
from conformance_cli.fhir.definitions.shapes import ModelLibrary, shape_library

CORE = "http://hl7.org/fhir/StructureDefinition/"


@pytest.fixture(scope="module")
def r4() -> Library:
    return shape_library("4.0.1")


def at(library: Library, path: str) -> Element:
    name, *rest = path.split(".")
    structure = library.type(name)
    assert structure is not None
    element = structure.root
    for part in rest:
        element = next(child for child in element.children if child.name == part)
    return element


def test_they_are_shapes_and_no_definitions(r4: Library) -> None:
    assert not r4.has_definitions
    assert list(r4.resources("ValueSet")) == []
    assert r4.structure("http://example.org/StructureDefinition/profile") is None
    assert r4.resource("http://hl7.org/fhir/ValueSet/administrative-gender") is None
    assert r4.type("Nonsense") is None


def test_a_structure_is_found_by_url_and_by_name(r4: Library) -> None:
    found = r4.structure(CORE + "Patient|4.0.1")

    assert found is not None
    assert found is r4.type("Patient")
    assert (found.url, found.kind, found.base) == (
        CORE + "Patient", "resource", CORE + "DomainResource",
    )  # fmt: skip
    assert (found.abstract, found.is_profile) == (False, False)


def test_elements_are_in_the_order_of_the_specification(r4: Library) -> None:
    patient = r4.type("Patient")

    assert patient is not None
    assert [child.name for child in patient.root.children][:12] == [
        "id", "meta", "implicitRules", "language", "text", "contained", "extension",
        "modifierExtension", "identifier", "active", "name", "telecom",
    ]  # fmt: skip


def test_cardinality(r4: Library) -> None:
    name, status = at(r4, "Patient.name"), at(r4, "Observation.status")
    code, other = at(r4, "Observation.code"), at(r4, "Patient.link.other")

    assert (name.min, name.max, name.repeats) == (0, None, True)
    assert (status.min, status.max, status.repeats) == (1, 1, False)
    assert (code.min, other.min) == (1, 1)


def test_types_and_targets(r4: Library) -> None:
    assert at(r4, "Patient.id").types[0].code == "id"
    assert at(r4, "Patient.contact.id").types[0].code == "string"
    assert at(r4, "Patient.name").types[0].code == "HumanName"
    assert at(r4, "Bundle.entry.resource").types[0].code == "Resource"
    assert at(r4, "HumanName.given").types[0].code == "string"
    assert at(r4, "Quantity.value").types[0].code == "decimal"
    assert at(r4, "Attachment.data").types[0].code == "base64Binary"
    assert at(r4, "Patient.managingOrganization").types[0].targets == (CORE + "Organization",)


def test_choices(r4: Library) -> None:
    deceased, effective = at(r4, "Patient.deceased"), at(r4, "MedicationAdministration.effective")

    assert (deceased.choice, deceased.path) == (True, "Patient.deceased[x]")
    assert [ref.code for ref in deceased.types] == ["boolean", "dateTime"]
    assert (deceased.min, effective.min) == (0, 1)


def test_elements_of_elements(r4: Library) -> None:
    contact = at(r4, "Patient.contact")

    assert contact.types[0].code == "BackboneElement"
    assert at(r4, "Patient.contact.name").path == "Patient.contact.name"
    assert at(r4, "Timing.repeat").types[0].code == "Element"


def test_elements_with_the_content_of_others(r4: Library) -> None:
    assert at(r4, "Questionnaire.item.item").content_reference == "#Questionnaire.item"
    assert at(r4, "Bundle.entry.link").content_reference == "#Bundle.link"


def test_names_that_python_cannot_have(r4: Library) -> None:
    assert at(r4, "Encounter.class").types[0].code == "Coding"


def test_codes_that_a_model_lists_are_a_value_set(r4: Library) -> None:
    binding = at(r4, "Patient.contact.gender").binding

    assert binding is not None
    assert binding.strength == "required"
    value_set = r4.resource(str(binding.value_set), "ValueSet")
    assert value_set is not None
    include = value_set["compose"]["include"][0]
    assert [item["code"] for item in include["concept"]] == ["male", "female", "other", "unknown"]
    system = r4.resource(include["system"], "CodeSystem")
    assert system is not None
    assert system["concept"] == include["concept"]
    assert r4.resource(str(binding.value_set), "CodeSystem") is None


def test_codes_of_which_a_model_lists_some_are_no_binding(r4: Library) -> None:
    assert at(r4, "Observation.status").binding is None
    assert at(r4, "Expression.language").binding is None
    assert r4.resource("urn:x-fhir-resources:ValueSet/Patient.gender.gone") is None
    assert r4.resource("urn:x-fhir-resources:ValueSet/Gone.gender") is None


def test_how_xml_writes_what_is_no_element(r4: Library) -> None:
    assert at(r4, "Patient.id").representation == ()
    assert at(r4, "HumanName.id").representation == ("xmlAttr",)
    assert at(r4, "Patient.contact.id").representation == ("xmlAttr",)
    assert at(r4, "Extension.url").representation == ("xmlAttr",)
    assert at(r4, "Narrative.div").representation == ("xhtml",)
    assert at(r4, "code.value").representation == ("xmlAttr",)


def test_derivation(r4: Library) -> None:
    assert r4.is_a("Patient", "DomainResource")
    assert r4.is_a("Bundle", "Resource")
    assert not r4.is_a("Bundle", "DomainResource")
    assert r4.is_a("code", "string")
    assert r4.is_a("positiveInt", "Element")
    assert r4.is_a("HumanName", "Element")
    assert not r4.is_a("Nonsense", "Element")
    element, resource = r4.type("Element"), r4.type("DomainResource")
    assert element is not None
    assert resource is not None
    assert element.abstract
    assert resource.abstract


def test_primitive_types(r4: Library) -> None:
    code = r4.type("code")

    assert code is not None
    assert (code.kind, code.base) == ("primitive-type", CORE + "string")
    assert [child.name for child in code.root.children] == ["id", "extension", "value"]


@pytest.mark.parametrize(
    ("asked", "version", "present", "absent"),
    [
        ("3.0.2", "3.0.2", "ProcedureRequest", "ServiceRequest"),
        ("STU3", "3.0.2", "Sequence", "MolecularSequence"),
        ("4.0", "4.0.1", "ServiceRequest", "ProcedureRequest"),
        ("R4", "4.0.1", "Media", "Transport"),
        ("4.3.0", "4.3.0", "SubscriptionTopic", "Transport"),
        ("5.0.0", "5.0.0", "Transport", "Media"),
    ],
)
def test_versions(asked: str, version: str, present: str, absent: str) -> None:
    library = ModelLibrary(asked)

    assert library.fhir_version == version
    assert present in library.resource_types()
    assert library.type(present) is not None
    assert absent not in library.resource_types()
    assert not library.resource_types() & {"Resource", "DomainResource", "HumanName", "Element"}


@pytest.mark.slow
def test_resource_types_are_told_without_importing_them_all() -> None:
    from conformance_cli.fhir.definitions.models import Models

    for family in ("STU3", "R4B", "R5"):
        models = Models(family)
        told = {name for name in models.names if "Resource" in models.ancestors(name)}
        assert told - models.resources <= {
            "Resource", "DomainResource", "MetadataResource", "CanonicalResource",
        }  # fmt: skip
        assert models.resources <= told


@pytest.mark.parametrize("version", ["", "1.0.2", "9", "x" * 500])
def test_versions_that_have_no_models(version: str) -> None:
    with pytest.raises(ValueError, match="no models"):
        ModelLibrary(version)


def test_models_are_loaded_when_they_are_asked_for() -> None:
    code = (
        "import sys; from conformance_cli.fhir.definitions.shapes import shape_library;"
        "shape_library('4.0.1'); print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
