"""Documents and messages: what they begin with, and what belongs to them."""

import pytest

from conformance_cli.fhir.validation.bundles import check_bundle
from tests.fhir.validation.fakes import bundle, errors, session, told

FHIR = "https://a.example/fhir/"


def check(kind, *entries, **how):
    found = session(**how.pop("session", {}))
    check_bundle(found, bundle(kind, *entries, **how))
    return found


def held(resource_type, key="1", url=None, **content):
    return {
        "fullUrl": url or f"{FHIR}{resource_type}/{key}",
        "resource": {"resourceType": resource_type, "id": key, **content},
    }


def to(reference):
    return {"reference": reference}


class TestBeginning:
    @pytest.mark.parametrize("kind", ["document", "message"])
    def test_there_is_one(self, kind):
        assert errors(check(kind)) == [("bundle-empty", "Bundle")]
        found = errors(check(kind, {"fullUrl": "urn:uuid:8f1e"}))
        assert found == [("bundle-first-entry", "Bundle.entry[0]")]

    @pytest.mark.parametrize(
        ("kind", "message"),
        [("document", "bundle-document-first"), ("message", "bundle-message-first")],
    )
    def test_is_of_the_right_type(self, kind, message):
        found = check(kind, held("Patient"))
        assert errors(found) == [(message, "Bundle.entry[0].resource")]

    def test_early_documents_have_a_date(self):
        old = {"session": {"fhir_version": "3.0.1"}}
        assert errors(check("document", held("Composition"), **old)) == [
            ("bundle-document-date", "Bundle")
        ]
        dated = check("document", held("Composition"), meta={"lastUpdated": "2020"}, **old)
        assert errors(dated) == []


class TestReferencesOfCompositions:
    @pytest.mark.parametrize(
        ("content", "place"),
        [
            ({"subject": to("Patient/9")}, "subject"),
            ({"encounter": to("Patient/9")}, "encounter"),
            ({"author": [{}, to("Patient/9")]}, "author[1]"),
            ({"attester": [{"party": to("Patient/9")}]}, "attester[0].party"),
            ({"event": [{"detail": [to("Patient/9")]}]}, "event[0].detail[0]"),
            ({"section": [{"entry": [to("Patient/9")]}]}, "section[0].entry[0]"),
            (
                {"section": [{"section": [{"focus": to("Patient/9")}]}]},
                "section[0].section[0].focus",
            ),
        ],
    )
    def test_are_in_the_document(self, content, place):
        found = check("document", held("Composition", **content))
        expected = [("bundle-reference-not-found", f"Bundle.entry[0].resource.{place}")]
        assert errors(found) == expected

    def test_may_be_contained(self):
        assert told(check("document", held("Composition", subject=to("#p")))) == []

    def test_to_definitions_may_lead_out_of_it(self):
        assert told(check("document", held("Composition", subject=to(f"{FHIR}ValueSet/1")))) == []

    def test_are_right_only_where_the_addresses_are(self):
        found = check(
            "document",
            held("Composition", subject=to("Patient/1")),
            held("Patient", url="https://b.example/Patient/1"),
        )
        assert errors(found)[0] == (
            "bundle-reference-elsewhere",
            "Bundle.entry[0].resource.subject",
        )
        assert f"{FHIR}Patient/1" in found.found[0].text
        assert "https://b.example/Patient/1" in found.found[0].text

    def test_have_no_base_where_the_composition_has_none(self):
        found = check(
            "document",
            held("Composition", url="urn:uuid:1", subject=to("Patient/1")),
            held("Patient"),
        )
        assert errors(found)[0] == (
            "bundle-reference-without-base",
            "Bundle.entry[0].resource.subject",
        )

    def test_mean_one_entry(self):
        found = check(
            "document",
            held("Composition", subject=to("urn:uuid:1")),
            *[held("Patient", url="urn:uuid:1")] * 2,
        )
        assert errors(found)[0] == (
            "bundle-reference-ambiguous",
            "Bundle.entry[0].resource.subject",
        )


class TestReach:
    def orphans(self, kind, *entries, **how):
        found = told(check(kind, *entries, **how))
        return [place for name, place in found if name.endswith("-orphan")]

    def test_every_entry_is_reached_by_references(self):
        composition = held("Composition", subject=to("Patient/1"))
        patient = held("Patient", managingOrganization=to(f"{FHIR}Organization/1"))
        organization = held("Organization")
        assert told(check("document", composition, patient, organization)) == []
        assert self.orphans("document", composition, patient, held("Group"), organization) == [
            "Bundle.entry[2]"
        ]

    def test_orphans_are_pointed_at_and_named(self):
        found = check("document", held("Composition"), held("Group")).found[0]
        assert found.place.expression == "Bundle.entry[1]"
        assert f"{FHIR}Group/1" in found.text

    def test_orphans_of_messages_are_only_worth_a_warning(self):
        found = check("message", held("MessageHeader"), held("Group"))
        assert told(found) == [("bundle-message-orphan", "Bundle.entry[1]")]
        assert errors(found) == []

    def test_links_of_other_kinds_count(self):
        document = held("Composition", extension=[{"url": "urn:x", "valueUrl": "Binary/1"}])
        assert self.orphans("document", document, held("Binary")) == []
        styled = [{"relation": "stylesheet", "url": "Binary/1"}]
        assert self.orphans("document", held("Composition"), held("Binary"), link=styled) == []

    def test_the_url_of_an_extension_is_no_link(self):
        document = held("Composition", extension=[{"url": f"{FHIR}Binary/1"}])
        assert self.orphans("document", document, held("Binary")) == ["Bundle.entry[1]"]

    def test_an_entry_may_point_at_the_document_if_it_is_a_provenance(self):
        composition = held("Composition")
        provenance = held("Provenance", target=[to("Composition/1")])
        assert told(check("document", composition, provenance)) == []
        group = held("Group", subject=to("Provenance/1"))
        assert told(check("document", composition, provenance, group)) == [
            ("bundle-document-backwards", "Bundle.entry[2]")
        ]

    def test_wrong_references_anywhere_are_told_of_at_the_bundle(self):
        composition = held("Composition", subject=to("Patient/1"))
        patient = held("Patient", url=f"{FHIR}Patient/1", managingOrganization=to("Organization/1"))
        organization = held("Organization", url="urn:uuid:1")
        found = check("document", composition, patient, organization)
        assert errors(found) == [
            ("bundle-reference-elsewhere", "Bundle"),
            ("bundle-document-orphan", "Bundle.entry[2]"),
        ]
        assert "Bundle.entry[1].resource.managingOrganization" in found.found[0].text

    def test_references_out_of_a_document_are_fine_elsewhere(self):
        composition = held("Composition", subject=to("Patient/1"))
        patient = held("Patient", managingOrganization=to("https://b.example/Organization/1"))
        assert told(check("document", composition, patient)) == []

    def test_bundles_in_it_keep_to_themselves(self):
        inner = {"resourceType": "Bundle", "id": "1", "entry": [held("Patient", x=to("Group/1"))]}
        composition = held("Composition", section=[{"entry": [to("Bundle/1")]}])
        entry = {"fullUrl": f"{FHIR}Bundle/1", "resource": inner}
        assert self.orphans("document", composition, entry, held("Group")) == ["Bundle.entry[2]"]

    def test_long_chains_are_followed(self):
        groups = [held("Group", str(i), next=to(f"Group/{i + 1}")) for i in range(3000)]
        groups.append(held("Group", "3000"))
        assert self.orphans("document", held("Composition", x=to("Group/0")), *groups) == []


class TestMessages:
    def test_their_focus_is_in_them(self):
        header = held("MessageHeader", focus=[to("Patient/1"), to("Patient/2")])
        assert errors(check("message", header, held("Patient"))) == [
            ("bundle-reference-not-found", "Bundle.entry[0].resource.focus[1]")
        ]


class TestNarrativeLinks:
    def link(self, fragment):
        url = "http://hl7.org/fhir/StructureDefinition/narrativeLink"
        extension = {"url": url, "valueUrl": f"{FHIR}Patient/1#{fragment}"}
        text = {"div": '<div><p id="b">Somebody</p></div>'}
        patient = held("Patient", name=[{"id": "a"}], text=text)
        return errors(check("document", held("Composition", extension=[extension]), patient))

    def test_lead_to_an_element_or_to_text(self):
        assert self.link("a") == []
        assert self.link("b") == []
        assert self.link("c") == [("bundle-reference-fragment", "Bundle")]
