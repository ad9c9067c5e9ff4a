"""Request bodies: rendered, changed by path, sent without nulls."""

import json
from typing import Any

import pytest

from conformance_cli.engine.bodies import build_body
from conformance_cli.model.diagnostics import DefinitionError
from conformance_cli.model.pack import BodyTemplate

BUNDLE = {
    "resourceType": "Bundle",
    "meta": {"versionId": "1.0.0"},
    "entry": [
        {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "MessageHeader"}},
        {
            "fullUrl": "urn:uuid:2",
            "resource": {
                "resourceType": "Appointment",
                "status": "booked",
                "participant": [{"status": "accepted"}, {"status": "tentative"}],
            },
        },
        {"fullUrl": "urn:uuid:3", "resource": {"resourceType": "Organization", "name": "a"}},
        {"fullUrl": "urn:uuid:4", "resource": {"resourceType": "Organization", "name": "b"}},
    ],
}


def built(template: BodyTemplate, **scope: Any) -> Any:
    body = build_body(template, scope)
    assert body is not None
    return json.loads(body)


def changed(*, set_: dict[str, Any] | None = None, remove: tuple[str, ...] = ()) -> Any:
    return built(BodyTemplate(content=BUNDLE, set=set_ or {}, remove=remove))


def resources(bundle: Any, kind: str) -> list[Any]:
    entries = (entry["resource"] for entry in bundle["entry"])
    return [resource for resource in entries if resource["resourceType"] == kind]


def test_a_path_reaches_the_entries_of_its_type() -> None:
    bundle = changed(set_={"Appointment.status": "cancelled"})
    assert [a["status"] for a in resources(bundle, "Appointment")] == ["cancelled"]


def test_a_path_that_starts_with_bundle_reaches_the_root() -> None:
    assert changed(set_={"Bundle.meta.versionId": "99"})["meta"] == {"versionId": "99"}


def test_an_index_picks_one_of_several_entries() -> None:
    bundle = changed(set_={"Organization[1].name": "z"})
    assert [o["name"] for o in resources(bundle, "Organization")] == ["a", "z"]


def test_without_an_index_every_entry_of_the_type_is_changed() -> None:
    bundle = changed(set_={"Organization.name": "z"})
    assert [o["name"] for o in resources(bundle, "Organization")] == ["z", "z"]


def test_a_list_element_is_reached_by_its_index() -> None:
    bundle = changed(set_={"Appointment.participant[1].status": "declined"})
    assert resources(bundle, "Appointment")[0]["participant"][1] == {"status": "declined"}


def test_removing_a_type_removes_its_entries() -> None:
    bundle = changed(remove=("Organization",))
    assert resources(bundle, "Organization") == []
    assert len(bundle["entry"]) == 2


def test_removing_an_element_leaves_the_rest() -> None:
    (appointment,) = resources(changed(remove=("Appointment.participant",)), "Appointment")
    assert appointment == {"resourceType": "Appointment", "status": "booked"}


def test_the_template_itself_is_never_changed() -> None:
    before = json.dumps(BUNDLE)
    changed(set_={"Appointment.status": "x"}, remove=("Organization",))
    assert json.dumps(BUNDLE) == before


@pytest.mark.parametrize(
    "path", ["Slot.status", "Appointment.participant.status", "Appointment.a b", "Appointment"]
)
def test_a_path_that_names_nothing_is_an_error(path: str) -> None:
    with pytest.raises(DefinitionError, match="body path"):
        changed(set_={path: "x"})


def test_removing_what_is_not_there_is_an_error() -> None:
    with pytest.raises(DefinitionError, match="no description"):
        changed(remove=("Appointment.description",))


def test_null_members_are_not_sent() -> None:
    content = {"resourceType": "Slot", "comment": None, "status": "${status}"}
    assert built(BodyTemplate(content=content), status=None) == {"resourceType": "Slot"}


def test_a_captured_resource_is_put_in_whole_and_never_rendered_again() -> None:
    captured = {"resourceType": "Slot", "comment": "${uuid()}", "list": [1, 2]}
    assert built(BodyTemplate(content={"slot": "${slot}"}), slot=captured) == {"slot": captured}


def test_raw_text_is_sent_as_it_is() -> None:
    assert build_body(BodyTemplate(raw="{"), {}) == b"{"


def test_an_empty_template_sends_no_body() -> None:
    assert build_body(BodyTemplate(), {}) is None
