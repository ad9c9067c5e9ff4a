"""Extensions: known or not, where they stand, and what they hold."""

import pytest
from msgspec.structs import replace

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.validation.extensions import Host, check_extension
from conformance_cli.fhir.validation.place import Place
from tests.fhir.validation.fakes import (
    BASE,
    FakeTools,
    errors,
    extension,
    lone,
    profile,
    session,
    told,
)

URL = "https://a.example/colour"
PATIENT = Place(None, "Patient")
_ANCESTORS = {
    "Patient": ("Patient", "DomainResource", "Resource"),
    "ValueSet": ("ValueSet", "DomainResource", "Resource"),
    "HumanName": ("HumanName", "Element"),
    "Age": ("Age", "Quantity", "Element"),
    "BackboneElement": ("BackboneElement", "Element"),
    "Extension": ("Extension", "Element"),
    "date": ("date", "Element"),
    "string": ("string", "Element"),
}


def host(path="Patient.name", type_name="HumanName", *, place=None, value=None):
    """An element that carries extensions."""
    if place is None:
        place = Place(None, path.partition(".")[0])
        for step in path.split(".")[1:]:
            place = place.child(step)
    return Host((path, type_name), _ANCESTORS[type_name], place, value or {})


def check(item, *structures, on=None, key="extension", resource=None, tools=None, **options):
    """A session in which one extension was checked."""
    on = on or host()
    found = session(structures=structures, tools=tools, **options)
    root = on.place
    while root.parent is not None:
        root = root.parent
    scope = replace(lone(resource or {"resourceType": root.key}), place=root)
    check_extension(found, item, on.place.child(key, 0), scope, on)
    return found


def item(value="valueString", url=URL, **more):
    return {"url": url, **({value: "red"} if value else {}), **more}


class TestUrls:
    @pytest.mark.parametrize("value", [{}, {"url": ""}, {"url": 1}, {"url": None}])
    def test_are_needed(self, value):
        assert errors(check(value)) == [("extension-url-missing", "Patient.name.extension[0]")]

    def test_are_absolute_outside_of_other_extensions(self):
        assert errors(check(item(url="part"))) == [
            ("extension-url-relative", "Patient.name.extension[0]")
        ]
        inside = host("Patient.extension", "Extension")
        assert told(check(item(url="part"), on=inside)) == []

    def test_have_no_versions(self):
        found = check(item(url=f"{URL}|1.0.0", id="x"), extension(URL, "string"))
        assert errors(found) == [("extension-url-version", "Patient.name.extension[0]")]
        assert found.tools.validated == [URL]
        unknown = check(item(url=f"{URL}|1.0.0"))
        assert [name for name, _ in told(unknown)] == [
            "extension-url-version-unknown",
            "extension-unchecked",
        ]

    def test_name_extensions(self):
        assert errors(check(item(), profile(URL, "Patient"))) == [
            ("extension-url-other", "Patient.name.extension[0]")
        ]


class TestUnknownOnes:
    def test_are_refused_only_where_the_options_say_so(self):
        found = check(item())
        assert [(one.message.id, one.severity) for one in found.found] == [
            ("extension-unchecked", Severity.INFORMATION)
        ]
        strict = {"allow_unknown_extensions": False}
        assert errors(check(item(), **strict)) == [
            ("extension-unknown", "Patient.name.extension[0]")
        ]
        assert told(check(item(), known_domains=("https://a.example/",), **strict)) == []

    def test_may_be_examples(self):
        strict = {"allow_unknown_extensions": False}
        url = "http://example.org/colour"
        assert told(check(item(url=url), **strict)) == []
        assert errors(check(item(url=url), allow_examples=False, **strict)) != []

    def test_are_likely_mistakes_under_the_name_of_hl7(self):
        assert told(check(item(url=BASE + "patient-brithPlace"))) == [
            ("extension-unpublished", "Patient.name.extension[0]")
        ]

    def test_are_worth_a_warning_as_modifiers(self):
        assert told(check(item(), key="modifierExtension")) == [
            ("extension-modifier-unknown", "Patient.name.modifierExtension[0]")
        ]

    @pytest.mark.parametrize(
        ("release", "path", "message"),
        [
            ("5.0", "Patient.colour", "extension-cross-version"),
            ("9.9", "Patient.colour", "extension-cross-version-release"),
            ("4.0", "Patient.colour", "extension-cross-version-element"),
            ("4.0", "ValueSet.url", "extension-cross-version-same"),
        ],
    )
    def test_may_stand_for_elements_of_other_releases(self, release, path, message):
        url = f"http://hl7.org/fhir/{release}/StructureDefinition/extension-{path}"
        assert told(check(item(url=url), allow_unknown_extensions=False)) == [
            (message, "Patient.name.extension[0]")
        ]


class TestContexts:
    @pytest.mark.parametrize(
        ("context", "path", "type_name"),
        [
            ("Element", "Patient.name", "HumanName"),
            ("Element", "Patient", "Patient"),
            ("Any", "Patient", "Patient"),
            ("*", "Patient", "Patient"),
            ("Resource", "Patient", "Patient"),
            ("DomainResource", "Patient", "Patient"),
            ("Patient", "Patient", "Patient"),
            ("Patient.name", "Patient.name", "HumanName"),
            ("HumanName", "Patient.name", "HumanName"),
            ("Patient.contact", "Patient.contact", "BackboneElement"),
            ("BackboneElement", "Patient.contact", "BackboneElement"),
            ("Patient.birthDate", "Patient.birthDate", "date"),
            ("DomainResource.text", "Patient.text", "string"),
            ("Quantity", "Observation.value[x]", "Age"),
            ("Observation.value[x]", "Observation.value[x]", "Age"),
            ("Observation.value", "Observation.value[x]", "Age"),
            ("Observation.value.ofType(Age)", "Observation.value[x]", "Age"),
            ("CanonicalResource", "ValueSet", "ValueSet"),
            ("Patient.name.family", "HumanName.family", "string"),
        ],
    )
    def test_of_elements_and_types(self, context, path, type_name):
        on = host(path, type_name)
        if path == "HumanName.family":
            on = replace(on, place=PATIENT.child("name", 0).child("_family", None, "family"))
        structure = extension(URL, "string", contexts=(("element", context),))
        assert told(check(item(), structure, on=on)) == []

    @pytest.mark.parametrize(
        ("context", "path", "type_name"),
        [
            ("Patient", "Patient.name", "HumanName"),
            ("Resource", "Patient.name", "HumanName"),
            ("Patient.contact", "Patient.name", "HumanName"),
            ("Address", "Patient.name", "HumanName"),
            ("Age", "Observation.value[x]", "string"),
            ("CanonicalResource", "Patient", "Patient"),
            ("Group", "Patient", "Patient"),
        ],
    )
    def test_of_other_elements_are_told_at_the_host(self, context, path, type_name):
        on = host(path, type_name)
        found = check(item(), extension(URL, "string", contexts=(("element", context),)), on=on)
        assert errors(found) == [("extension-context", on.place.expression)]
        assert context in found.found[0].text

    def test_of_extensions(self):
        structure = extension(URL, "string", contexts=(("extension", "https://a.example/outer"),))
        outer = {"url": "https://a.example/outer", "valueString": "x"}
        inside = host("Patient.extension", "Extension", value=outer)
        assert told(check(item(), structure, on=inside)) == []
        other = host("Patient.extension", "Extension", value=outer | {"url": "urn:x"})
        assert [name for name, _ in errors(check(item(), structure, on=other))] == [
            "extension-context"
        ]
        at = PATIENT.child("extension", 0).child("_valueString", None, "value.ofType(string)")
        on_value = host("Extension.value[x]", "string", place=at)
        resource = {"resourceType": "Patient", "extension": [outer]}
        assert told(check(item(), structure, on=on_value, resource=resource)) == []

    def test_of_expressions(self):
        structure = extension(URL, "string", contexts=(("fhirpath", "name.where(use = 'old')"),))
        test = "(%resource.select(name.where(use = 'old'))) contains $this"
        on = host(value={"use": "old"})
        found = check(item(), structure, on=on, tools=FakeTools(expressions={test: True}))
        assert told(found) == []
        assert errors(check(item(), structure, on=on)) == [("extension-context", "Patient.name")]

    def test_of_elements_of_profiles(self):
        ours = profile("https://a.example/ours", "Patient")
        context = (("element", f"{ours.url}#Patient.name"),)
        structure = extension(URL, "string", contexts=context)
        assert told(check(item(), structure, ours)) == []
        misfits = FakeTools(misfits=lambda value, url: url == ours.url)
        assert errors(check(item(), structure, ours, tools=misfits)) == [
            ("extension-context", "Patient.name")
        ]
        assert told(check(item(), structure)) == [
            ("extension-context-not-evaluated", "Patient.name")
        ]

    def test_with_conditions(self):
        structure = extension(URL, "string", invariants=("family.exists()",))
        holds = FakeTools(expressions={"family.exists()": True})
        assert told(check(item(), structure, tools=holds)) == []
        assert errors(check(item(), structure)) == [("extension-context-invariant", "Patient.name")]

    def test_for_other_releases_do_not_count(self):
        limited = {
            "extension": [
                {
                    "url": BASE + "version-specific-use",
                    "extension": [{"url": "startFhirVersion", "valueCode": "5.0"}],
                }
            ]
        }
        raw = {
            "resourceType": "StructureDefinition",
            "url": URL,
            "context": [
                {"type": "element", "expression": "HumanName", **limited},
                {"type": "element", "expression": "Patient"},
            ],
        }
        found = session(structures=(extension(URL, "string"),), resources=(raw,))
        on = host()
        scope = replace(lone({"resourceType": "Patient"}), place=on.place.parent)
        check_extension(found, item(), on.place.child("extension", 0), scope, on)
        assert errors(found) == [("extension-context", "Patient.name")]

    def test_of_stu3_are_names(self):
        raw = {
            "resourceType": "StructureDefinition",
            "url": URL,
            "contextType": "datatype",
            "context": ["HumanName"],
        }
        structure = extension(URL, "string", contexts=(("element", "HumanName"),))
        found = session(structures=(structure,), resources=(raw,), fhir_version="3.0.1")
        on = host()
        scope = replace(lone({"resourceType": "Patient"}), place=on.place.parent)
        check_extension(found, item(), on.place.child("extension", 0), scope, on)
        assert told(found) == []

    def test_ids_of_resources_carry_none(self):
        on = host("Resource.id", "string", place=PATIENT.child("_id", None, "id"))
        assert errors(check(item(), extension(URL, "string"), on=on)) == [
            ("extension-on-id", "Patient.id")
        ]

    def test_are_decided_once_for_each_kind_of_host(self):
        found = check(item(), extension(URL, "string"))
        settled = found.tools.memo["extension-contexts"]
        assert list(settled.values()) == [True]


class TestKinds:
    def test_modifiers_stand_among_modifiers(self):
        assert errors(check(item(), extension(URL, "string", modifier=True))) == [
            ("extension-modifier", "Patient.name.extension[0]")
        ]
        found = check(item(), extension(URL, "string"), key="modifierExtension")
        assert errors(found) == [("extension-not-modifier", "Patient.name.modifierExtension[0]")]

    @pytest.mark.parametrize("key", ["valueCode", "valueQuantity", "_valueBoolean"])
    def test_values_are_of_the_defined_types(self, key):
        found = check(item(key), extension(URL, "string", "date"))
        assert errors(found) == [("extension-type", "Patient.name.extension[0]")]
        assert "date, string" in found.found[0].text
        assert found.tools.validated == []

    def test_simple_ones_have_values(self):
        simple = extension(URL, "string")
        assert errors(check(item(None), simple)) == [
            ("extension-value-missing", "Patient.name.extension[0]")
        ]
        needed = extension(URL, "string", value_min=1)
        parts = [{"url": "https://b.example", "valueString": "x"}]
        assert errors(check(item(None, extension=parts), needed)) == [
            ("extension-parts-not-value", "Patient.name.extension[0]")
        ]
        assert errors(check(item(None, extension=parts), simple)) == []

    def test_complex_ones_have_no_values(self):
        assert errors(check(item(), extension(URL, parts=("shade",)))) == [
            ("extension-type", "Patient.name.extension[0]")
        ]

    def test_complex_ones_have_the_defined_parts(self):
        structure = extension(URL, parts=("shade", "name"))
        parts = [item(url="shade"), item(url="nmae"), item(url="https://b.example"), None]
        found = check(item(None, extension=parts), structure)
        assert errors(found) == [
            ("extension-part-unknown", "Patient.name.extension[0].extension[1]")
        ]
        assert "name, shade" in found.found[0].text

    def test_a_value_of_the_right_type_is_all_that_plain_ones_need(self):
        found = check(item(), extension(URL, "string"))
        assert told(found) == []
        assert found.tools.validated == []

    def test_what_their_definition_finds_is_reported(self):
        misfits = FakeTools(misfits=lambda value, url: True)
        noted = item(id="x")
        assert errors(check(noted, extension(URL, "string"), tools=misfits)) == [
            ("misfit", "Patient.name.extension[0]")
        ]
