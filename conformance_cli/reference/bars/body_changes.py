"""Changes that faults make to a Bundle or a resource on its way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Json = Any
Change = Callable[[Json], None]


def setting(element: str, value: Json) -> Change:
    """Give an element of the root another value."""

    def change(body: Json) -> None:
        body[element] = value

    return change


def dropping(element: str, *more: str) -> Change:
    """Leave elements of the root out."""

    def change(body: Json) -> None:
        for name in (element, *more):
            body.pop(name, None)

    return change


def of_each(resource_type: str, change: Change) -> Change:
    """Make a change to every resource of a type in a Bundle."""

    def changes(body: Json) -> None:
        for resource in resources(body, resource_type):
            change(resource)

    return changes


def of_first(resource_type: str, change: Change) -> Change:
    """Make a change to the first resource of a type, if there are several."""

    def changes(body: Json) -> None:
        found = resources(body, resource_type)
        if len(found) > 1:
            change(found[0])

    return changes


def without(resource_type: str) -> Change:
    """Leave all resources of a type out of a Bundle."""

    def change(body: Json) -> None:
        keep(body, lambda resource: resource["resourceType"] != resource_type)

    return change


def resources(body: Json, resource_type: str) -> list[Json]:
    """The resources of a type in a Bundle."""
    held = [entry["resource"] for entry in body.get("entry", [])]
    return [resource for resource in held if resource["resourceType"] == resource_type]


def keep(body: Json, wanted: Callable[[Json], bool]) -> None:
    """Keep only some entries of a Bundle."""
    body["entry"] = [entry for entry in body.get("entry", []) if wanted(entry["resource"])]


def put_first(body: Json, *added: Json) -> None:
    """Put resources at the beginning of a searchset and count them."""
    base = body["link"][0]["url"].split("/Slot")[0]
    entries = [
        {
            "fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
            "search": {"mode": "match"},
        }
        for resource in added
    ]
    body["entry"] = [*entries, *body.get("entry", [])]
    body["total"] = body.get("total", 0) + len(added)


def in_issue(**changes: Json) -> Change:
    """Change elements of an OperationOutcome's issue."""

    def change(body: Json) -> None:
        for issue in body.get("issue", []):
            issue.update(changes)

    return change


def in_coding(**changes: Json) -> Change:
    """Change elements of the coding in an OperationOutcome's details."""

    def change(body: Json) -> None:
        for issue in body.get("issue", []):
            issue["details"]["coding"][0].update(changes)

    return change
