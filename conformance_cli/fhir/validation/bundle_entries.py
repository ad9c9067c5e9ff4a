"""The addresses of entries: fullUrl, and how it goes with the resource.

FHIR R4, Bundle.entry.fullUrl (http://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.fullUrl).
"""

from __future__ import annotations

from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import Message, error
from conformance_cli.fhir.validation.addresses import is_absolute
from conformance_cli.fhir.validation.indexes import Held, Index
from conformance_cli.fhir.validation.session import Scope, Session

_FULL_URL = (
    "Bundle.entry.fullUrl (http://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.fullUrl)."
)
NOT_ABSOLUTE = error(
    "bundle-address-absolute",
    "invalid",
    "A fullUrl must be absolute; that of Bundle.entry[{position}] is {url}",
    _FULL_URL,
)
NO_ID = error(
    "bundle-address-without-id",
    "invalid",
    "The fullUrl {url} is that of a resource on a server, but the resource of "
    "Bundle.entry[{position}] has no id",
    _FULL_URL,
)
DISAGREES = error(
    "bundle-address-disagrees",
    "invalid",
    "The fullUrl {url} is that of a resource on a server, so it must end in /{name}, which the "
    "resource of Bundle.entry[{position}] is",
    _FULL_URL,
)
CANONICAL = error(
    "bundle-address-canonical",
    "invalid",
    "The fullUrl of Bundle.entry[{position}] is the canonical URL {url}, which does not end in "
    "the id of the resource: it is no address of it",
    _FULL_URL,
)
MISSING = error(
    "bundle-address-missing",
    "invalid",
    "The entry must have a fullUrl: the Bundle is neither a transaction nor a batch",
    _FULL_URL,
)
SAME = error(
    "bundle-address-same",
    "invariant",
    "Several entries have the same fullUrl and version (bdl-7): {urls}",
    "Bundle, bdl-7 (http://hl7.org/fhir/R4/bundle.html#invs).",
)
#: Bundles whose entries may do without an address: it is not known yet, or does not matter.
WITHOUT_ADDRESS = frozenset({"transaction", "batch", "transaction-response", "batch-response"})
#: Canonical URLs of code systems of HL7 version 2 and 3, which were used as addresses.
_OLD = ("http://hl7.org/fhir/v2/", "http://hl7.org/fhir/v3/")


def check_addresses(session: Session, scope: Scope, index: Index) -> None:
    """Check the fullUrl of every entry, and that no two are the same."""
    types = session.library.resource_types()
    needs_address = index.kind not in WITHOUT_ADDRESS
    for item in index.items:
        url = item.full_url
        if url is None:
            if needs_address:
                session.report(MISSING, item.place)
        else:
            _check_address(session, scope, item, url, types)
    if index.kind != "history":
        _check_same(session, scope, index)


def _check_address(
    session: Session, scope: Scope, item: Held, url: str, types: frozenset[str]
) -> None:
    message = None
    found = item.address
    is_restful = found is not None and found.root != "" and (not types or found.type in types)
    if is_restful and item.type:
        if item.id is None:
            message = NO_ID
        elif not url.endswith(f"/{item.name}"):
            message = DISAGREES
    elif not is_restful and not is_absolute(url):
        message = NOT_ABSOLUTE
    if message is not None:
        _report(session, message, scope, item, url)
    is_canonical = item.resource.get("url") == url and not url.startswith(_OLD)
    if is_canonical and not (is_restful and item.id and url.endswith(f"/{item.id}")):
        _report(session, CANONICAL, scope, item, url)


def _report(session: Session, message: Message, scope: Scope, item: Held, url: str) -> None:
    session.report(
        message,
        scope.place.child("entry", item.position),
        url=shortened(url, 120),
        position=item.position,
        name=shortened(item.name, 120),
    )


def _check_same(session: Session, scope: Scope, index: Index) -> None:
    """Report entries that cannot be told apart, which bdl-7 asks for."""
    same: list[str] = []
    for url, items in index.by_url.items():
        if url is not None and len(items) > 1:
            versions = [item.version for item in items]
            if len(set(versions)) < len(versions):
                same.append(url)
    if same:
        urls = shortened(", ".join(same[:5]), 300)
        session.report(SAME, scope.place, urls=urls)
