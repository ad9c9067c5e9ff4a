"""Resolution: which resource a reference means, by the rules of Bundles and contained resources."""

import pytest

from conformance_cli.fhir.validation.resolution import Resolver, Whereabouts, resolve
from tests.fhir.validation.fakes import bundle, contained, entry, lone, parameter

URN = "urn:uuid:8f1e-"


def patient(key=None, **more):
    return {"resourceType": "Patient", **({"id": key} if key else {}), **more}


def observation(**more):
    return {"resourceType": "Observation", **more}


class TestContained:
    container = lone(
        {
            "resourceType": "Observation",
            "contained": [patient("p"), {"resourceType": "Group", "id": "g"}],
        }
    )

    def test_is_found_by_id_from_its_container(self):
        found = resolve("#g", self.container)
        assert found is not None
        assert found.resource["id"] == "g"
        assert found.place.expression == "Observation.contained[1]"
        assert found.relation == "contained"

    def test_is_found_by_id_from_its_siblings(self):
        found = resolve("#g", contained(self.container))
        assert found is not None
        assert found.resource["id"] == "g"

    def test_its_container_is_a_lone_hash_for_it(self):
        found = resolve("#", contained(self.container))
        assert found is not None
        assert found.resource["resourceType"] == "Observation"

    def test_a_lone_hash_means_nothing_in_the_container_itself(self):
        assert resolve("#", self.container) is None

    def test_is_not_found_from_another_entry_of_a_bundle(self):
        holder = bundle(
            "collection",
            {"fullUrl": URN + "1", "resource": self.container.resource},
            {"fullUrl": URN + "2", "resource": observation()},
        )
        assert resolve("#g", entry(holder, 0)) is not None
        assert resolve("#g", entry(holder, 1)) is None


class TestBundles:
    def scope(self, full_url, *others):
        holder = bundle(
            "collection",
            {"fullUrl": full_url, "resource": observation(id="1")},
            *({"fullUrl": url, "resource": resource} for url, resource in others),
        )
        return entry(holder, 0)

    def test_absolute_references_are_full_urls(self):
        scope = self.scope(URN + "1", (URN + "2", patient()))
        found = resolve(URN + "2", scope)
        assert found is not None
        assert found.place.expression == "Bundle.entry[1].resource"
        assert found.full_url == URN + "2"
        assert found.container is scope.container

    def test_relative_references_begin_where_the_full_url_of_their_entry_does(self):
        scope = self.scope(
            "https://a.example/fhir/Observation/1",
            ("https://b.example/fhir/Patient/1", patient("1", gender="male")),
            ("https://a.example/fhir/Patient/1", patient("1", gender="female")),
        )
        found = resolve("Patient/1", scope)
        assert found is not None
        assert found.resource["gender"] == "female"

    def test_a_version_is_that_of_the_resource(self):
        url = "https://a.example/fhir/Patient/1"
        scope = self.scope(
            "https://a.example/fhir/Observation/1",
            (url, patient("1", meta={"versionId": "1"}, gender="male")),
            (url, patient("1", meta={"versionId": "2"}, gender="female")),
        )
        for reference in ("Patient/1/_history/2", f"{url}/_history/2"):
            found = Resolver().look_up(reference, scope)
            assert found.target is not None
            assert found.target.resource["gender"] == "female"
        assert Resolver().look_up(url, scope).whereabouts is Whereabouts.AMBIGUOUS

    def test_a_contained_resource_refers_as_its_container_does(self):
        container = observation(contained=[{"resourceType": "Group", "id": "g"}])
        holder = bundle(
            "collection",
            {"fullUrl": "https://a.example/Observation/1", "resource": container},
            {"fullUrl": "https://a.example/Patient/1", "resource": patient("1")},
        )
        assert resolve("Patient/1", contained(entry(holder, 0))) is not None

    def test_type_and_id_alone_do_not_make_an_address(self):
        scope = self.scope(URN + "1", ("https://a.example/Patient/1", patient("1")))
        found = Resolver().look_up("Patient/1", scope)
        assert found.target is None
        assert [item.position for item in found.alike] == [1]

    def test_but_expressions_may_find_it_by_them(self):
        scope = self.scope(URN + "1", ("https://a.example/Patient/1", patient("1")))
        assert resolve("Patient/1", scope) is not None

    @pytest.mark.parametrize(
        ("full_url", "reference", "state"),
        [
            (None, "Patient/1", Whereabouts.UNADDRESSED),
            (URN + "1", "12345", Whereabouts.MALFORMED),
            (URN + "1", "a/b/c", Whereabouts.MALFORMED),
            (URN + "1", "https://a.example/Patient/9", Whereabouts.UNKNOWN),
        ],
    )
    def test_what_cannot_be_found_is_told_apart(self, full_url, reference, state):
        assert Resolver().look_up(reference, self.scope(full_url)).whereabouts is state

    def test_the_bundle_around_a_bundle_is_no_place_to_look(self):
        inner = bundle("collection", {"fullUrl": URN + "1", "resource": observation()})
        outer = bundle(
            "collection",
            {"fullUrl": URN + "2", "resource": inner.resource},
            {"fullUrl": URN + "3", "resource": patient()},
        )
        scope = entry(entry(outer, 0), 0)
        assert Resolver().look_up(URN + "3", scope).target is None

    @pytest.mark.parametrize("entries", [None, {}, [None, 1, {"resource": []}], "x"])
    def test_malformed_entries_are_passed_over(self, entries):
        holder = lone({"resourceType": "Bundle", "entry": entries})
        assert Resolver().index(holder).at("urn:uuid:1") == []

    def test_large_bundles_are_read_once(self):
        class Counted(list):
            reads = 0

            def __iter__(self):
                self.reads += 1
                return super().__iter__()

        base = "https://a.example/fhir/"
        entries = Counted(
            {"fullUrl": f"{base}Patient/{i}", "resource": patient(str(i))} for i in range(50)
        )
        holder = lone({"resourceType": "Bundle", "type": "collection", "entry": entries})
        resolver = Resolver()
        for i in range(50):
            assert resolver.look_up(f"Patient/{i}", entry(holder, i)).target is not None
            assert resolver.look_up(f"{base}Patient/-{i}", entry(holder, i)).target is None
        assert entries.reads == 1


class TestParameters:
    def test_resources_are_found_by_type_and_id_even_in_parts(self):
        holder = lone(
            {
                "resourceType": "Parameters",
                "parameter": [
                    {"name": "a", "resource": observation()},
                    {"name": "b", "part": [{"name": "c", "resource": patient("1")}]},
                ],
            }
        )
        found = resolve("Patient/1", parameter(holder, 0))
        assert found is not None
        assert found.place.expression == "Parameters.parameter[1].part[0].resource"

    def test_an_extension_gives_them_addresses(self):
        holder = lone(
            {
                "resourceType": "Parameters",
                "parameter": [
                    {"name": "a", "resource": observation()},
                    {
                        "name": "b",
                        "extension": [
                            {
                                "url": "http://hl7.org/fhir/StructureDefinition/parameters-fullUrl",
                                "valueUri": URN + "1",
                            }
                        ],
                        "resource": patient(),
                    },
                ],
            }
        )
        assert resolve(URN + "1", parameter(holder, 0)) is not None


class TestWhatWasHandedOver:
    def test_is_found_by_the_reference_it_was_handed_over_for(self):
        scope = lone(observation())
        supporting = {"Patient/1": patient("1")}
        for reference in ("Patient/1", "Patient/1/_history/3", "https://a.example/Patient/1"):
            assert resolve(reference, scope, supporting) is not None
        assert resolve("Patient/2", scope, supporting) is None

    def test_may_refer_back_to_the_input(self):
        scope = lone(observation(id="o"))
        resolver = Resolver({"Patient/1": patient("1"), "Observation/o": observation(id="o")})
        handed_over = resolver.resolve("Patient/1", scope)
        assert handed_over is not None
        back = resolver.resolve("Observation/o", handed_over)
        assert back is not None
        assert back.resource is scope.resource
