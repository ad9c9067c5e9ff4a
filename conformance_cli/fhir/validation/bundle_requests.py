"""Transactions and batches: what each entry asks a server to do, and what it answered.

FHIR R4, 3.1.0.11 (http://hl7.org/fhir/R4/http.html#transaction).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.validation.addresses import address, is_absolute
from conformance_cli.fhir.validation.indexes import Held, Index
from conformance_cli.fhir.validation.session import Session

Json = Any

_REQUEST = "Bundle.entry.request (http://hl7.org/fhir/R4/bundle-definitions.html)."
_RULES = "Transaction processing rules (http://hl7.org/fhir/R4/http.html#trules)."
NO_RESOURCE = error(
    "bundle-request-without-resource",
    "required",
    "A {method} to {url} must have a resource",
    _REQUEST,
)
SPARE_RESOURCE = warning(
    "bundle-request-spare-resource",
    "invalid",
    "A {method} has no body: the resource of the entry is of no use",
    _REQUEST,
)
ABSOLUTE = warning(
    "bundle-request-absolute",
    "invalid",
    "The url of a request is relative to the server that the Bundle is sent to; found {url}",
    _REQUEST,
)
OTHER_TYPE = error(
    "bundle-request-type",
    "invalid",
    "The request is for {wanted}, but the resource of the entry is {found}",
    "The type in the URL is that of the resource (http://hl7.org/fhir/R4/http.html#create).",
)
OTHER_ID = error(
    "bundle-request-id",
    "invalid",
    "The request is for the id {wanted}, but the resource of the entry has {found}",
    "The id in the URL is that of the resource (http://hl7.org/fhir/R4/http.html#update).",
)
NO_TARGET = error(
    "bundle-request-target",
    "invalid",
    "A {method} must name one resource, as [type]/[id] or as [type]?[search]; found {url}",
    "RESTful interactions (http://hl7.org/fhir/R4/http.html#summary).",
)
CREATE_WITH_ID = error(
    "bundle-request-create",
    "invalid",
    "A POST that creates a resource goes to [type] alone; found {url}",
    "RESTful create (http://hl7.org/fhir/R4/http.html#create).",
)
TWICE = error(
    "bundle-request-twice",
    "duplicate",
    "An earlier entry of the transaction changes {url} too",
    _RULES,
)
BAD_STATUS = error(
    "bundle-response-status",
    "value",
    "The status of a response must begin with a code of three digits; found {status}",
    "Bundle.entry.response.status (http://hl7.org/fhir/R4/bundle-definitions.html).",
)
_CHANGES = frozenset({"PUT", "PATCH", "DELETE"})
_BODILESS = frozenset({"GET", "HEAD", "DELETE"})
_STATUS = Regex(r"[0-9]{3}(?![0-9])")


def check_requests(session: Session, index: Index) -> None:
    """Check a Bundle of type transaction or batch."""
    changed: set[str] = set()
    types = session.library.resource_types()
    for item in index.items:
        request = item.entry.get("request")
        if not isinstance(request, dict):
            continue
        method, url = request.get("method"), request.get("url")
        if not isinstance(method, str) or not isinstance(url, str) or not url:
            continue
        _check_body(session, item, method, url, types)
        if is_absolute(url):
            place = item.place.child("request").child("url")
            session.report(ABSOLUTE, place, url=shortened(url, 80))
        elif method == "POST":
            _check_create(session, item, url, types)
        elif method in _CHANGES:
            _check_change(session, item, method, url, types)
            if index.kind == "transaction":
                _check_once(session, item, url, changed)


def check_responses(session: Session, index: Index) -> None:
    """Check a Bundle that answers a transaction or a batch."""
    for item in index.items:
        response: Mapping[str, Json] | Json = item.entry.get("response")
        status = response.get("status") if isinstance(response, dict) else None
        if isinstance(status, str) and not _STATUS.match(status):
            place = item.place.child("response").child("status")
            session.report(BAD_STATUS, place, status=shortened(status, 40))


def _check_body(session: Session, item: Held, method: str, url: str, types: frozenset[str]) -> None:
    if method in _BODILESS:
        if item.resource:
            session.report(SPARE_RESOURCE, item.place, method=method)
    elif not item.resource and _needs_body(method, url, types):
        session.report(NO_RESOURCE, item.place, method=method, url=shortened(url, 80))


def _needs_body(method: str, url: str, types: frozenset[str]) -> bool:
    """Whether a resource is written: searches and operations may be asked for by POST too."""
    name = url.partition("?")[0]
    return name in types if method == "POST" else name.partition("/")[0] in types


def _check_create(session: Session, item: Held, url: str, types: frozenset[str]) -> None:
    parts = address(url)
    if parts is not None and not parts.root and parts.type in types:
        place = item.place.child("request").child("url")
        session.report(CREATE_WITH_ID, place, url=shortened(url, 80))
    elif url in types and item.type and item.type != url:
        place = item.place.child("resource")
        session.report(OTHER_TYPE, place, wanted=url, found=item.type)


def _check_change(
    session: Session, item: Held, method: str, url: str, types: frozenset[str]
) -> None:
    name, question, _ = url.partition("?")
    parts = address(name)
    if question and (name in types or not name):
        if method == "PUT" and name and item.type and item.type != name:
            session.report(OTHER_TYPE, item.place.child("resource"), wanted=name, found=item.type)
        return
    if parts is None or parts.type not in types:
        place = item.place.child("request").child("url")
        session.report(NO_TARGET, place, method=method, url=shortened(url, 80))
        return
    if method != "PUT" or not item.type:
        return
    if item.type != parts.type:
        place = item.place.child("resource")
        session.report(OTHER_TYPE, place, wanted=parts.type, found=item.type)
    elif item.id != parts.id:
        place = item.place.child("resource")
        found = shortened(item.id, 64) if item.id else "none"
        session.report(OTHER_ID, place, wanted=parts.id, found=found)


def _check_once(session: Session, item: Held, url: str, changed: set[str]) -> None:
    if url in changed:
        session.report(TWICE, item.place, url=shortened(url, 80))
    changed.add(url)
