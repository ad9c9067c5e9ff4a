"""Criteria in CQL: that the definition they name is in a library of the Measure.

http://hl7.org/fhir/R4/measure.html#4.5: ``Library.Definition``, or just ``Definition`` where
there is only one library.  What a library defines is read from its ELM, the compiled form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree as ET

from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.resources.reading import part, parts, short, text
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Session

Json = Any

_ABOUT: Final = "Measure.library, and the expressions of criteria (FHIR R4, Measure)."
NO_LIBRARY = error(
    "measure-criteria-no-library",
    "invalid",
    "The criteria name a definition in CQL, but the Measure has no library that could hold it",
    _ABOUT,
)
LIBRARY_UNKNOWN = error(
    "measure-criteria-library-unknown",
    "invalid",
    "The criteria name the library {name}, which the Measure does not have",
    _ABOUT,
)
LIBRARY_TWICE = error(
    "measure-criteria-library-twice",
    "invalid",
    "The criteria name the library {name}, of which the Measure has several",
    _ABOUT,
)
AMBIGUOUS = error(
    "measure-criteria-ambiguous",
    "invalid",
    "The criteria do not say in which of {count} libraries {name} is defined",
    _ABOUT,
)
NOT_COMPILED = information(
    "measure-criteria-not-compiled",
    "not-found",
    "Whether {library} defines {name} is not known: it holds no ELM",
    _ABOUT,
)
ELM_BROKEN = error(
    "measure-criteria-elm-broken",
    "invalid",
    "The ELM of {library} cannot be read: {problem}",
    "Clinical Quality Language, ELM (http://cql.hl7.org/elm.html).",
)
UNDEFINED = error(
    "measure-criteria-undefined",
    "invalid",
    "{library} does not define {name}",
    _ABOUT,
)
LANGUAGE = warning(
    "measure-criteria-language",
    "required",
    "Criteria in {language} are not checked",
    _ABOUT,
)

_CQL: Final = frozenset({"text/cql", "text/cql.identifier", "text/cql-identifier"})
_ELM: Final = "application/elm+xml"
_NAMESPACE: Final = "urn:hl7-org:elm:r1"
#: Bytes of ELM that are read.
_MAX_ELM: Final = 8 << 20
#: A name, perhaps within a library; anything else is an expression that stands for itself.
_NAME = Regex(r"(?:(?P<library>[A-Za-z_][\w-]*)\.)?(?P<name>[\w\" -]+)")


@dataclass(frozen=True, slots=True)
class Libraries:
    """The libraries of a Measure that are at hand, and whether others are not."""

    found: tuple[Mapping[str, Json], ...]
    is_incomplete: bool


class _ElmError(ValueError):
    """ELM that cannot be read."""


def check_criteria(
    session: Session, holder: Mapping[str, Json], place: Place, libraries: Libraries
) -> None:
    """The criteria of a stratifier or of one of its components."""
    criteria = part(holder, "criteria")
    language = text(criteria, "language") if criteria is not None else None
    if criteria is None or language is None:
        return
    at = place.child("criteria")
    match = _NAME.fullmatch((text(criteria, "expression") or "")[:1000])
    if language not in _CQL:
        session.report(LANGUAGE, at, language=short(language))
    elif match is not None:
        _check_name(session, match["library"], match["name"].strip('" '), at, libraries)


def _check_name(
    session: Session, library: str | None, name: str, place: Place, libraries: Libraries
) -> None:
    if libraries.is_incomplete:
        return
    if not libraries.found:
        session.report(NO_LIBRARY, place)
        return
    named = [one for one in libraries.found if library in (None, text(one, "name"))]
    if not named:
        session.report(LIBRARY_UNKNOWN, place, name=short(library))
    elif len(named) > 1 and library is not None:
        session.report(LIBRARY_TWICE, place, name=short(library))
    elif len(named) > 1:
        session.report(AMBIGUOUS, place, count=len(named), name=short(name))
    else:
        _check_defined(session, named[0], name, place)


def _check_defined(session: Session, library: Mapping[str, Json], name: str, place: Place) -> None:
    shown = short(text(library, "url") or text(library, "name") or "the library")
    try:
        names = _definitions(library)
    except _ElmError as err:
        session.report(ELM_BROKEN, place, library=shown, problem=str(err))
        return
    if names is None:
        session.report(NOT_COMPILED, place, library=shown, name=short(name))
    elif name not in names:
        session.report(UNDEFINED, place, library=shown, name=short(name))


def _definitions(library: Mapping[str, Json]) -> frozenset[str] | None:
    """The names that the ELM of a library defines; ``None`` without ELM."""
    data = next(_elm(library), None)
    if data is None:
        return None
    from base64 import b64decode

    try:
        root = ET.fromstring(b64decode(data[: _MAX_ELM * 4 // 3], validate=False))  # noqa: S314
    except (ValueError, ET.ParseError) as err:
        raise _ElmError(short(str(err))) from err
    if root.tag != f"{{{_NAMESPACE}}}library":
        raise _ElmError("it is no ELM library")
    definitions = root.findall("{*}statements/{*}def")
    return frozenset(one.get("name", "") for one in definitions)


def _elm(library: Mapping[str, Json]) -> Iterator[str]:
    for _, content in parts(library, "content"):
        if content.get("contentType") == _ELM:
            data = text(content, "data")
            if data is not None:
                yield data
