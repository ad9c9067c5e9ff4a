"""The security labels of a resource: no two may be the same.

FHIR R4, 2.21.0 (http://hl7.org/fhir/R4/resource.html#Meta).
"""

from __future__ import annotations

from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error
from conformance_cli.fhir.validation.session import Scope, Session

SAME = error(
    "meta-same-security",
    "business-rule",
    "The security label {label} is there before",
    "Security labels are a set (http://hl7.org/fhir/R4/resource.html#Meta).",
)


def check_labels(session: Session, scope: Scope) -> None:
    """Report security labels that are there before, by system and code."""
    meta = scope.resource.get("meta")
    labels = meta.get("security") if isinstance(meta, dict) else None
    if not isinstance(labels, list) or len(labels) < 2:
        return
    seen: set[tuple[str, str]] = set()
    for index, label in enumerate(labels):
        if not isinstance(label, dict):
            continue
        key = str(label.get("system")), str(label.get("code"))
        if key in seen:
            place = scope.place.child("meta").child("security", index)
            session.report(SAME, place, label=shortened("#".join(key), 120))
        seen.add(key)
