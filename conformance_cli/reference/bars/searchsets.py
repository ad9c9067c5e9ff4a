"""Search results as Bundles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from conformance_cli.reference.bars.calls import Call
from conformance_cli.reference.bars.receiver import Receiver

Json = Any


def searchset(
    receiver: Receiver,
    call: Call,
    matches: Sequence[Json],
    *,
    included: Iterable[Json] = (),
    honoured: Iterable[tuple[str, str]] | None = None,
) -> Json:
    """A searchset Bundle.

    ``honoured`` are the query parameters that were acted upon, which the self link
    shows; by default all that were sent.  The total counts matches only.
    """
    entries = [_entry(call, match, "match") for match in matches]
    entries += [_entry(call, resource, "include") for resource in included]
    parameters = list(call.query if honoured is None else honoured)
    bundle = {
        "resourceType": "Bundle",
        "id": receiver.identities.mint(),
        "meta": {"lastUpdated": receiver.stamp()},
        "type": "searchset",
        "timestamp": receiver.stamp(),
        "total": len(matches),
        "link": [{"relation": "self", "url": _link(call, parameters)}],
    }
    # FHIR forbids empty arrays.
    return bundle | ({"entry": entries} if entries else {})


def _entry(call: Call, resource: Json, mode: str) -> Json:
    return {
        "fullUrl": f"{call.base}/{resource['resourceType']}/{resource['id']}",
        "resource": resource,
        "search": {"mode": mode},
    }


def _link(call: Call, parameters: list[tuple[str, str]]) -> str:
    query = urlencode(parameters, quote_via=quote, safe=":|/,")
    return f"{call.base}{call.path}?{query}" if query else f"{call.base}{call.path}"
