"""What is wrong with a primitive value: one rule for each type (FHIR R4, 2.24.0.1).

http://hl7.org/fhir/R4/datatypes.html#primitive
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance_cli.fhir.outcome.inert import shortened
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.validation import primitive_forms as forms
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Session

#: Checks the text of a value; ``True`` if it is in sound form.
Rule = Callable[[Session, str, Place], bool]

_TYPES = "http://hl7.org/fhir/R4/datatypes.html#"
EMPTY = error("primitive-empty", "invalid", "The value must not be empty", f"{_TYPES}primitive.")
DATE = error(
    "primitive-date",
    "invalid",
    "{value} is no {type}; the form is {form}",
    f"{_TYPES}date, {_TYPES}dateTime, {_TYPES}instant and {_TYPES}time.",
)
NO_SUCH_DAY = error(
    "primitive-date-day", "invalid", "There is no such day as {value}", f"{_TYPES}date."
)
NO_ZONE = error(
    "primitive-date-zone",
    "invalid",
    "{value} has a time, so it needs a time zone (Z, or such as +01:00)",
    f"{_TYPES}dateTime.",
)
ODD_YEAR = warning(
    "primitive-date-year",
    "invalid",
    "The year of {value} is unlikely: is it a slip of the pen?",
    "Dates of health care lie between 1800 and the near future.",
)
CODE = error(
    "primitive-code",
    "invalid",
    "{value} is no code: of white space it may have single spaces between words, no other",
    f"{_TYPES}code.",
)
ID_LENGTH = error(
    "primitive-id-length",
    "invalid",
    "An id has at most 64 characters; found {length}",
    f"{_TYPES}id.",
)
ID = error(
    "primitive-id",
    "invalid",
    "{value} is no id: only A-Z, a-z, 0-9, - and . are allowed",
    f"{_TYPES}id.",
)
#: The example of Identifier.system in STU3, which the snapshots of all profiles repeat.
_EXAMPLE_OF_STU3 = (
    "http://www.acme.com/identifiers/patient or "
    "urn:ietf:rfc:3986 if the Identifier.value itself is a full uri"
)
URI_SPACE = error(
    "primitive-uri-space", "invalid", "{value} has white space, which no URI has", f"{_TYPES}uri."
)
URI_PREFIX = error(
    "primitive-uri-prefix",
    "invalid",
    "{value} begins with {prefix}; as a URI it begins with urn:{prefix}",
    f"{_TYPES}uri.",
)
UUID = error(
    "primitive-uuid",
    "invalid",
    "{value} is no UUID, written urn:uuid: and hexadecimal digits in lower case (8-4-4-4-12)",
    f"{_TYPES}uuid; RFC 4122.",
)
OID = error(
    "primitive-oid",
    "invalid",
    "{value} is no OID, written urn:oid: and numbers without leading zeros, joined by dots",
    f"{_TYPES}oid; RFC 3061.",
)
EXAMPLE = error(
    "primitive-uri-example",
    "invalid",
    "{value} is an address for examples, which may not be used here",
    "Domains set aside for documentation mean nothing in live data (RFC 2606).",
)
BASE64 = error(
    "primitive-base64", "invalid", "{value} is not base64", f"{_TYPES}base64Binary; RFC 4648."
)
BASE64_SPACE = warning(
    "primitive-base64-space",
    "invalid",
    "The base64 value has white space in it; RFC 4648 allows none",
    f"{_TYPES}base64Binary; an error from R5 on.",
)
STRING_LENGTH = error(
    "primitive-string-length",
    "invalid",
    "A string has at most 1048576 characters; found {length}",
    f"{_TYPES}string.",
)
BLANK = warning(
    "primitive-string-blank",
    "invalid",
    "The string has nothing but white space, so it says nothing",
    f"{_TYPES}string.",
)
EDGES = warning(
    "primitive-string-edges",
    "invalid",
    "The string begins or ends with white space",
    f"{_TYPES}string: such white space should be removed.",
)
CONTROL = warning(
    "primitive-string-control",
    "invalid",
    "The string has the control character U+{code:04X}",
    f"{_TYPES}string; an error from R5 on.",
)
HTML = error(
    "primitive-string-html",
    "invalid",
    "The string holds what looks like an HTML tag, {tag}",
    "Clients that show a string as HTML would obey it "
    "(http://hl7.org/fhir/R4/security.html#narrative).",
)

_DATE_FORMS = {
    "date": "YYYY, YYYY-MM or YYYY-MM-DD",
    "dateTime": "YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zz:zz",
    "instant": "YYYY-MM-DDThh:mm:ss.sss+zz:zz",
    "time": "hh:mm:ss",
}
_YEARS = range(1800, 2150)
_EXAMPLES = ("example.org", "example.com", "example.net", "acme.com", "acme.org")
#: Arcs set aside for examples (http://oid-info.com/get/2.999; IANA's number 32473, RFC 5612).
_EXAMPLE_OIDS = ("urn:oid:2.999.", "urn:oid:1.3.6.1.4.1.32473.")


def check_date(session: Session, value: str, place: Place) -> bool:
    """A date, as exact as it may be."""
    return _check_moment(session, value, place, "date")


def check_date_time(session: Session, value: str, place: Place) -> bool:
    """A date with or without a time."""
    if not _check_moment(session, value, place, "dateTime"):
        return False
    if "T" in value and not forms.ZONE.search(value):
        session.report(NO_ZONE, place, value=value)
        return False
    return True


def check_instant(session: Session, value: str, place: Place) -> bool:
    """A moment, at least to the second."""
    return _check_moment(session, value, place, "instant")


def check_time(session: Session, value: str, place: Place) -> bool:
    """A time of day."""
    if forms.TIME.fullmatch(value):
        return True
    facts: dict[str, Any] = {
        "value": shortened(value, 80),
        "type": "time",
        "form": _DATE_FORMS["time"],
    }
    session.report(DATE, place, **facts)
    return False


def check_code(session: Session, value: str, place: Place) -> bool:
    """A code."""
    if forms.is_code(value):
        return True
    session.report(CODE, place, value=repr(shortened(value, 80)))
    return False


def check_id(session: Session, value: str, place: Place) -> bool:
    """The id of a resource, or of something in it."""
    if len(value) > forms.MAX_ID:
        session.report(ID_LENGTH, place, length=len(value))
        return False
    if not forms.ID.fullmatch(value):
        session.report(ID, place, value=repr(value))
        return False
    return True


def check_uri(session: Session, value: str, place: Place) -> bool:
    """A URI, absolute or not; UUIDs and OIDs among them must be sound."""
    before = len(session.found)
    shown = shortened(value, 80)
    for prefix in ("oid:", "uuid:"):
        if value.startswith(prefix):
            session.report(URI_PREFIX, place, value=shown, prefix=prefix)
    if forms.SPACE.search(value) and value != _EXAMPLE_OF_STU3:
        session.report(URI_SPACE, place, value=repr(shown))
    bare = value.partition("|")[0].partition("#")[0]
    if bare.startswith("urn:uuid:") and not forms.UUID.fullmatch(bare[9:]):
        session.report(UUID, place, value=shown)
    if bare.startswith("urn:oid:") and not forms.OID.fullmatch(bare[8:]):
        session.report(OID, place, value=shown)
    if not session.options.allow_examples and is_example(value):
        session.report(EXAMPLE, place, value=shown)
    return len(session.found) == before


def check_uuid(session: Session, value: str, place: Place) -> bool:
    """A UUID as a URI."""
    if value.startswith("urn:uuid:"):
        return check_uri(session, value, place)
    session.report(UUID, place, value=shortened(value, 80))
    return False


def check_oid(session: Session, value: str, place: Place) -> bool:
    """An OID as a URI."""
    if value.startswith("urn:oid:"):
        return check_uri(session, value, place)
    session.report(OID, place, value=shortened(value, 80))
    return False


def check_base64(session: Session, value: str, place: Place) -> bool:
    """Binary data."""
    if forms.is_base64(value):
        return True
    if not forms.is_base64("".join(value.split())):
        session.report(BASE64, place, value=shortened(value, 40))
        return False
    session.report(BASE64_SPACE, place, severity=_from_r5(session))
    return True


def check_string(session: Session, value: str, place: Place) -> bool:
    """A string or markdown."""
    if len(value) > forms.MAX_STRING:
        session.report(STRING_LENGTH, place, length=len(value))
        return False
    if value.isspace():
        session.report(BLANK, place)
    elif value != value.strip():
        session.report(EDGES, place)
    control = forms.CONTROL.search(value)
    if control:
        session.report(CONTROL, place, severity=_from_r5(session), code=ord(control.group()))
    if session.options.refuse_html and (tag := html_tag(value)):
        session.report(HTML, place, tag=tag)
    return True


def is_example(url: str) -> bool:
    """Whether a URL is under a name that is set aside for examples."""
    if url.startswith(_EXAMPLE_OIDS):
        return True
    return any(f"{name}/" in url or url.endswith(name) for name in _EXAMPLES)


def html_tag(text: str) -> str | None:
    """The first thing in a text that a browser would take for a tag, shortened."""
    match = forms.TAG.search(text)
    return shortened(match.group(), 40) if match else None


def _check_moment(session: Session, value: str, place: Place, type_name: str) -> bool:
    pattern = _MOMENTS[type_name]
    if not pattern.fullmatch(value):
        facts: dict[str, Any] = {
            "value": shortened(value, 80),
            "type": type_name,
            "form": _DATE_FORMS[type_name],
        }
        session.report(DATE, place, **facts)
        return False
    if not forms.is_real_day(value):
        session.report(NO_SUCH_DAY, place, value=value[:10])
        return False
    if int(value[:4]) not in _YEARS:
        session.report(ODD_YEAR, place, value=value)
    return True


def _from_r5(session: Session) -> Severity:
    """An error where the version of FHIR forbids what earlier ones only advise against."""
    major = session.library.fhir_version.partition(".")[0]
    return Severity.ERROR if major.isdecimal() and int(major) >= 5 else Severity.WARNING


_MOMENTS = {"date": forms.DATE, "dateTime": forms.DATE_TIME, "instant": forms.INSTANT}

#: The rule of each type whose values are strings in JSON.
RULES: Mapping[str, Rule] = {
    "string": check_string,
    "markdown": check_string,
    "code": check_code,
    "id": check_id,
    "uri": check_uri,
    "url": check_uri,
    "canonical": check_uri,
    "oid": check_oid,
    "uuid": check_uuid,
    "base64Binary": check_base64,
    "date": check_date,
    "dateTime": check_date_time,
    "instant": check_instant,
    "time": check_time,
}
