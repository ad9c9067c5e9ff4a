"""Bundles: the rules of each type of Bundle.

FHIR R4, 2.36 (http://hl7.org/fhir/R4/bundle.html).  What a Bundle's definition says in
cardinalities and invariants is checked with those; this is the rest.
"""

from __future__ import annotations

from conformance_cli.fhir.validation.bundle_documents import check_document, check_message
from conformance_cli.fhir.validation.bundle_entries import check_addresses
from conformance_cli.fhir.validation.bundle_links import check_links
from conformance_cli.fhir.validation.bundle_requests import check_requests, check_responses
from conformance_cli.fhir.validation.bundle_search import check_search
from conformance_cli.fhir.validation.indexes import Index
from conformance_cli.fhir.validation.session import Scope, Session


def check_bundle(session: Session, scope: Scope) -> None:
    """Check a Bundle as a whole; the resources in it are checked on their own.

    Does the work of the invariant bdl-7 (no two entries with the same address).
    """
    index: Index = session.tools.resolver.index(scope)
    check_links(session, scope, index)
    if index.kind == "document":
        check_document(session, scope, index)
    elif index.kind == "message":
        check_message(session, scope, index)
    elif index.kind == "searchset":
        check_search(session, scope, index)
    elif index.kind in ("transaction", "batch"):
        check_requests(session, index)
    elif index.kind in ("transaction-response", "batch-response"):
        check_responses(session, index)
    check_addresses(session, scope, index)
