"""Bundles: links, addresses, and the rules of each type of Bundle."""

import pytest

from conformance_cli.fhir.validation.bundles import check_bundle
from tests.fhir.validation.fakes import bundle, errors, lone, session, told

FHIR = "https://a.example/fhir/"


def check(scope, **how):
    found = session(**how)
    check_bundle(found, scope)
    return found


def held(resource_type, key="1", **more):
    """An entry as it ought to be."""
    return {
        "fullUrl": f"{FHIR}{resource_type}/{key}",
        "resource": {"resourceType": resource_type, "id": key},
        **more,
    }


def link(relation, url="https://a.example"):
    return {"relation": relation, "url": url}


class TestLinks:
    @pytest.mark.parametrize("kind", ["searchset", "history"])
    def test_of_pages_are_there_once(self, kind):
        links = [link("self"), link("next"), link("other"), link("next"), link("other")]
        assert errors(check(bundle(kind, link=links))) == [("bundle-link-twice", "Bundle.link[3]")]

    def test_of_pages_are_for_searches_and_histories(self):
        found = check(bundle("collection", link=[link("next"), link("self"), link("self")]))
        assert errors(found) == [
            ("bundle-link-paging", "Bundle.link[0].relation"),
            ("bundle-link-twice", "Bundle.link[2].relation"),
        ]

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("Binary/1", []),
            ("https://hl7.org/fhir/fhir.css", []),
            ("Binary/2", ["bundle-stylesheet-not-found"]),
            ("https://b.example/style.css", ["bundle-stylesheet-outside"]),
        ],
    )
    def test_to_stylesheets_lead_somewhere(self, url, expected):
        scope = bundle(
            "document", held("Composition"), held("Binary"), link=[link("stylesheet", url)]
        )
        found = [name for name, place in told(check(scope)) if place == "Bundle.link[0].url"]
        assert found == expected


class TestAddresses:
    def test_agree_with_the_resource(self):
        entries = [held("Patient"), held("Patient", "2"), held("Patient", "3")]
        entries[1]["fullUrl"] += "0"
        del entries[2]["resource"]["id"]
        found = check(bundle("collection", *entries))
        assert [name for name, _ in errors(found)] == [
            "bundle-address-disagrees",
            "bundle-address-without-id",
        ]

    def test_are_pointed_at(self):
        entries = [held("Patient"), held("Patient", "2")]
        entries[1]["fullUrl"] = "2"
        (found,) = check(bundle("collection", *entries)).found
        assert found.message.id == "bundle-address-absolute"
        assert found.place.expression == "Bundle.entry[1]"

    @pytest.mark.parametrize("url", ["urn:uuid:8f1e", "urn:oid:1.2", "https://a.example/x"])
    def test_that_are_no_servers_agree_with_anything(self, url):
        assert told(check(bundle("collection", held("Patient") | {"fullUrl": url}))) == []

    @pytest.mark.parametrize(
        ("kind", "is_needed"),
        [("collection", True), ("history", True), ("batch-response", False), ("batch", False)],
    )
    def test_are_needed_except_in_transactions_and_batches(self, kind, is_needed):
        entry = held("Patient")
        del entry["fullUrl"]
        expected = [("bundle-address-missing", "Bundle.entry[0]")] if is_needed else []
        assert errors(check(bundle(kind, entry))) == expected

    def test_a_canonical_url_is_none_unless_it_ends_in_the_id(self):
        entry = held("ValueSet")
        entry["resource"]["url"] = entry["fullUrl"]
        assert told(check(bundle("collection", entry))) == []
        entry["resource"]["url"] = entry["fullUrl"] = "https://a.example/colours"
        assert [name for name, _ in errors(check(bundle("collection", entry)))] == [
            "bundle-address-canonical"
        ]

    def test_tell_entries_apart_by_version_at_least(self):
        entries = [held("Patient"), held("Patient")]
        assert errors(check(bundle("collection", *entries))) == [("bundle-address-same", "Bundle")]
        assert errors(check(bundle("history", *entries))) == []
        entries[1]["resource"]["meta"] = {"versionId": "2"}
        assert errors(check(bundle("collection", *entries))) == []


class TestSearches:
    def search(self, *entries, url=f"{FHIR}Patient?name=a"):
        return told(check(bundle("searchset", *entries, link=[link("self", url)])))

    def test_say_nothing_where_all_is_well(self):
        match = held("Patient", search={"mode": "match"})
        include = held("Group", search={"mode": "include"})
        outcome = held("OperationOutcome", search={"mode": "outcome"})
        assert self.search(match, include, outcome) == []
        assert self.search() == []

    def test_should_say_what_was_searched_for(self):
        assert told(check(bundle("searchset"))) == [("bundle-search-without-self", "Bundle")]

    @pytest.mark.parametrize(
        ("resource_type", "mode", "message"),
        [
            ("Group", "match", "bundle-search-type"),
            ("Patient", "outcome", "bundle-search-outcome"),
        ],
    )
    def test_entries_are_what_their_mode_says(self, resource_type, mode, message):
        assert self.search(held(resource_type, search={"mode": mode})) == [
            (message, "Bundle.entry[0].resource")
        ]

    def test_several_types_may_be_searched_for(self):
        url = f"{FHIR}?_type=Patient,Group"
        assert self.search(held("Group", search={"mode": "match"}), url=url) == []

    def test_matches_have_ids(self):
        match = held("Patient", search={"mode": "match"}) | {"fullUrl": "urn:uuid:8f1e"}
        del match["resource"]["id"]
        assert self.search(match) == [("bundle-search-without-id", "Bundle.entry[0].resource")]

    def test_entries_have_resources_and_should_have_modes(self):
        match = held("Patient", search={"mode": "match"})
        empty = {"fullUrl": "urn:uuid:8f1e"}
        assert self.search(match, empty) == [
            ("bundle-search-without-resource", "Bundle.entry[1]"),
            ("bundle-search-mode", "Bundle.entry[1]"),
        ]
        assert self.search(held("Patient")) == [("bundle-search-modes", "Bundle")]
        assert self.search(held("Patient"), held("Group")) == [("bundle-search-mode", "Bundle")]


class TestRequests:
    def request(self, method, url, *, kind="transaction", key="1", resource="Patient"):
        entry = {"request": {"method": method, "url": url}}
        if resource:
            entry["resource"] = {"resourceType": resource, **({"id": key} if key else {})}
        return told(check(bundle(kind, entry)))

    @pytest.mark.parametrize(
        ("method", "url"),
        [
            ("POST", "Patient"),
            ("POST", "Patient/$match"),
            ("POST", "$process-message"),
            ("PUT", "Patient/1"),
            ("PUT", "Patient?identifier=1"),
            ("PATCH", "Patient/1"),
        ],
    )
    def test_sound_ones_with_a_body_say_nothing(self, method, url):
        assert self.request(method, url) == []

    @pytest.mark.parametrize("url", ["Patient/1", "Patient?name=a", "metadata", "Patient/1/$all"])
    def test_sound_reading_ones_say_nothing(self, url):
        assert self.request("GET", url, resource=None) == []

    @pytest.mark.parametrize(
        ("method", "url", "message", "place"),
        [
            ("POST", "Group", "bundle-request-type", "resource"),
            ("POST", "Patient/1", "bundle-request-create", "request.url"),
            ("PUT", "Group/1", "bundle-request-type", "resource"),
            ("PUT", "Patient/2", "bundle-request-id", "resource"),
            ("PUT", "Patient", "bundle-request-target", "request.url"),
            ("PUT", "Group?identifier=1", "bundle-request-type", "resource"),
        ],
    )
    def test_urls_agree_with_the_resource(self, method, url, message, place):
        assert self.request(method, url) == [(message, f"Bundle.entry[0].{place}")]

    def test_bodies_are_there_where_they_are_needed_and_only_there(self):
        assert self.request("POST", "Patient", resource=None) == [
            ("bundle-request-without-resource", "Bundle.entry[0]")
        ]
        assert self.request("POST", "Patient/_search", resource=None) == []
        assert self.request("POST", "Patient/1/$everything", resource=None) == []
        assert self.request("GET", "Patient/1") == [
            ("bundle-request-spare-resource", "Bundle.entry[0]")
        ]
        assert self.request("DELETE", "nothing", resource=None) == [
            ("bundle-request-target", "Bundle.entry[0].request.url")
        ]

    def test_are_relative(self):
        assert self.request("PUT", f"{FHIR}Patient/1") == [
            ("bundle-request-absolute", "Bundle.entry[0].request.url")
        ]

    def test_change_a_resource_once_in_a_transaction(self):
        entry = {"request": {"method": "DELETE", "url": "Patient/1"}}
        assert errors(check(bundle("transaction", entry, entry))) == [
            ("bundle-request-twice", "Bundle.entry[1]")
        ]
        assert errors(check(bundle("batch", entry, entry))) == []

    @pytest.mark.parametrize(
        ("status", "is_right"), [("201 Created", True), ("200", True), ("OK", False)]
    )
    def test_answers_begin_with_a_code(self, status, is_right):
        found = errors(check(bundle("batch-response", {"response": {"status": status}})))
        expected = [("bundle-response-status", "Bundle.entry[0].response.status")]
        assert found == ([] if is_right else expected)


class TestHarmlessness:
    @pytest.mark.parametrize(
        "kind",
        [
            "batch-response",
            "collection",
            "document",
            "history",
            "message",
            "nonsense",
            "searchset",
            "transaction",
            7,
            None,
        ],
    )
    @pytest.mark.parametrize(
        "content",
        [
            {"entry": "x", "link": "x"},
            {"entry": [None, 1, [], {}], "link": [None, 1, {}, {"relation": 1, "url": 1}]},
            {"entry": [{"resource": [], "fullUrl": 3, "request": [], "search": 1}]},
            {
                "entry": [
                    {
                        "resource": {
                            "resourceType": "Composition",
                            "id": 1,
                            "meta": 1,
                            "subject": [{"reference": 1}],
                            "author": {"reference": "Patient/1"},
                            "section": [None, {"entry": [None, 1], "section": {}}],
                            "focus": "x",
                            "event": [1],
                        },
                        "request": {"method": 1, "url": []},
                        "response": {"status": 1},
                        "search": {"mode": 1},
                    }
                ],
                "link": [{"relation": "stylesheet", "url": 1}, {"relation": "self", "url": "//["}],
            },
        ],
    )
    def test_malformed_bundles_raise_nothing(self, kind, content):
        check(lone({"resourceType": "Bundle", "type": kind, **content}))
