"""Digital signatures of Bundles: whether they can be read, and whether they hold.

FHIR R4, 6.1.3 (http://hl7.org/fhir/R4/signatures.html), Signature
(http://hl7.org/fhir/R4/datatypes.html#signature), and JWS (RFC 7515) with the headers of
JAdES (ETSI TS 119 182-1).  What holds was signed with the key of the certificate that comes
with the signature; whether to trust that certificate is another question.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.validation.datatypes import decoded
from conformance_cli.fhir.validation.jws import Jws, JwsError
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_FHIR = "http://hl7.org/fhir/R4/signatures.html"
_JADES = "JAdES, ETSI TS 119 182-1."
BARE = error(
    "signature-not-base64",
    "invalid",
    "Bundle.signature.data must be base64; it is a bare JWS, and was read as such",
    "Signature.data holds the signature in base64, a JWS too.",
)
UNREADABLE = error(
    "signature-unreadable", "invalid", "Bundle.signature cannot be read: {reason}", "RFC 7515."
)
OTHER_TIME = error(
    "signature-time",
    "business-rule",
    "Bundle.signature.when is {when}, but the signature itself says {signed}",
    "Signature.when is the time of signing, which the signature protects (sigT or iat).",
)
NO_TIME = warning(
    "signature-time-missing",
    "not-found",
    "The signature itself does not say when it was made, so Bundle.signature.when is unprotected",
    _JADES,
)
ODD_TIME = warning(
    "signature-time-form",
    "invalid",
    "The header sigT is {signed}; it should be a date and time",
    _JADES,
)
ATTACHED = warning(
    "signature-attached",
    "value",
    "The signature has a copy of the content; it should be detached",
    _FHIR,
)
OTHER_FORM = warning(
    "signature-canonicalization",
    "not-found",
    "The signature says that it is over {signed}, Bundle.signature.targetFormat says {stated}",
    f"{_FHIR}: canonicalization.",
)
BROKEN = error(
    "signature-broken",
    "value",
    "The signature does not hold: this is not what was signed with the key of its certificate "
    "({subject})",
    f"{_FHIR}; RFC 7515, 5.2.",
)
HOLDS = information(
    "signature-holds",
    "informational",
    "The signature holds; it was made with the key of the certificate of {subject}",
    f"{_FHIR}; RFC 7515, 5.2.",
)
UNCHECKED = information(
    "signature-unchecked",
    "not-supported",
    "It is not known whether the signature holds: {reason}",
    _FHIR,
)

_FORM = "http://hl7.org/fhir/canonicalization/json"
_JOSE = "application/jose"
#: What stands in for an image of a hand-written signature, and needs no check.
_PICTURES = ("image/", "application/pdf")


def check_signature(session: Session, scope: Scope) -> None:
    """Check ``Bundle.signature``.  Issues stand at the Bundle, which is what was signed."""
    signature = scope.resource.get("signature")
    if not isinstance(signature, Mapping):
        return
    kind, data = signature.get("sigFormat"), signature.get("data")
    if not isinstance(data, str) or not data:
        return
    token = _token(session, data, scope.place) if kind in (_JOSE, None) else None
    if token is not None:
        _check_jws(session, token, signature, scope)
    elif isinstance(kind, str) and kind != _JOSE and not kind.startswith(_PICTURES):
        reason = f"signatures of the format {shortened(kind, 60)} are not checked"
        session.report(UNCHECKED, scope.place, reason=reason)


def _token(session: Session, data: str, place: Place) -> str | None:
    """The compact JWS in the data of a signature."""
    content = decoded(data)
    if content is None:
        is_bare = data.count(".") == 2
        if is_bare:
            session.report(BARE, place)
            return data
        session.report(UNREADABLE, place, reason="its data is not base64")
        return None
    return content.decode("ascii", errors="replace")


def _check_jws(session: Session, token: str, signature: Mapping[str, Json], scope: Scope) -> None:
    place = scope.place
    try:
        jws = Jws(token)
    except JwsError as err:
        session.report(UNREADABLE, place, reason=str(err))
        return
    _check_time(session, jws, signature.get("when"), place)
    form = _canonicalization(session, jws, signature, scope)
    if jws.payload:
        session.report(ATTACHED, place)
    if not form.startswith(_FORM):
        reason = f"content in the form {shortened(form, 80)} cannot be made here"
        session.report(UNCHECKED, place, reason=reason)
        return
    left_out = {"signature"}
    if form.endswith("#document"):
        left_out |= {"id", "meta"}
    content = {key: value for key, value in scope.resource.items() if key not in left_out}
    try:
        holds = jws.holds_for(content)
    except JwsError as err:
        session.report(UNCHECKED, place, reason=str(err))
        return
    message = HOLDS if holds else BROKEN
    session.report(message, place, subject=shortened(jws.subject, 80))


def _check_time(session: Session, jws: Jws, when: Json, place: Place) -> None:
    signed = jws.header.get("sigT")
    if isinstance(signed, int | str) and str(signed).isdecimal():
        session.report(ODD_TIME, place, signed=shortened(str(signed), 40))
    signed = jws.header.get("iat") if signed is None else signed
    if signed is None:
        session.report(NO_TIME, place)
    elif isinstance(when, str) and _moment(when) != _moment(str(signed)):
        facts: dict[str, Any] = {"when": shortened(when, 40), "signed": shortened(str(signed), 40)}
        session.report(OTHER_TIME, place, **facts)


def _moment(text: str) -> datetime | str:
    """A time, from ISO 8601 or from seconds since 1970; the text where it is neither."""
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return text
    return found if found.tzinfo else text


def _canonicalization(
    session: Session, jws: Jws, signature: Mapping[str, Json], scope: Scope
) -> str:
    """The form of the content that was signed: by its header, or by ``targetFormat``."""
    target = signature.get("targetFormat")
    stated = target.partition("canonicalization=")[2] if isinstance(target, str) else ""
    stated = stated.partition(";")[0].strip(' "')
    signed = jws.header.get("canon")
    if isinstance(signed, str) and signed:
        if stated and stated != signed:
            facts: dict[str, Any] = {"signed": shortened(signed, 80)}
            session.report(OTHER_FORM, scope.place, stated=shortened(stated, 80), **facts)
        return signed
    if stated:
        return stated
    if isinstance(target, str) and "xml" in target.partition(";")[0]:
        return "http://hl7.org/fhir/canonicalization/xml"
    return f"{_FORM}#document" if scope.resource.get("type") == "document" else _FORM
