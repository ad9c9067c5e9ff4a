"""What may be wrong with a JSON text that can nevertheless be read, or not be read at all."""

from __future__ import annotations

from conformance_cli.fhir.outcome.message import error, fatal

_JSON = "RFC 8259, on which FHIR R4, 2.6.2 rests (http://hl7.org/fhir/R4/json.html)."

BROKEN = fatal(
    "json-broken",
    "invalid",
    "The JSON cannot be read beyond line {line}, column {column}: {reason}",
    _JSON,
)
COMMA_EXTRA = error(
    "json-comma-extra", "invalid", "Line {line} has a comma too many in an {what}", _JSON
)
COMMA_MISSING = error(
    "json-comma-missing",
    "invalid",
    "Before line {line}, column {column}, a comma is missing",
    _JSON,
)
NAME_UNQUOTED = error(
    "json-name-unquoted", "invalid", "The name {name} (line {line}) needs quotes", _JSON
)
VALUE_UNQUOTED = error(
    "json-value-unquoted", "invalid", "The value {value} (line {line}) needs quotes", _JSON
)
COMMENT = error(
    "json-comment",
    "invalid",
    "Line {line} has a comment, which JSON does not know",
    _JSON,
)
DUPLICATE = error(
    "json-duplicate-property",
    "invalid",
    'The property "{name}" is there more than once; only the first was looked at',
    "FHIR R4, 2.6.2: property names are unique within their object "
    "(http://hl7.org/fhir/R4/json.html#json).",
)
CONTROL = error(
    "json-control-character",
    "invalid",
    "The string in line {line} has a line break, tab or other control character that is not "
    "written as an escape",
    _JSON,
)
SURROGATE = error(
    "json-surrogate",
    "invalid",
    "The string in line {line} escapes half a character (a lone surrogate)",
    "RFC 8259, 8.2; FHIR strings are Unicode.",
)
NUMBER = error(
    "json-number",
    "invalid",
    "{literal} (line {line}) is not a number as JSON writes it, or too large a one",
    _JSON,
)
