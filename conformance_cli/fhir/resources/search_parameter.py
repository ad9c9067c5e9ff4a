"""Rules of SearchParameters.

http://hl7.org/fhir/R4/searchparameter.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.outcome.message import error, warning
from conformance_cli.fhir.path.fhirpath import default_fhirpath
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.resources.reading import parts, short, text, texts
from conformance_cli.fhir.resources.structures.navigation import UnknownError, by_path
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_ABOUT: Final = "SearchParameter.derivedFrom (FHIR R4)."
CODE = warning(
    "search-parameter-code",
    "invalid",
    'The code {code} has a "{character}", which means something else in a search',
    "A search parameter is followed by modifiers and chains "
    "(http://hl7.org/fhir/R4/search.html#modifiers).",
)
EXPRESSION = error(
    "search-parameter-expression",
    "invalid",
    "The expression cannot be read: {problem}",
    "SearchParameter.expression is FHIRPath (FHIR R4).",
)
PATH = error(
    "search-parameter-path",
    "invalid",
    "The expression names {path}, which is no element of FHIR {version}",
    "SearchParameter.expression is FHIRPath (FHIR R4).",
)
COMPONENTS = error(
    "search-parameter-components",
    "business-rule",
    "A composite parameter is made of two or more components, but there are {count}",
    "SearchParameter.component: used to define the parts of a composite (FHIR R4).",
)
ORIGIN_UNKNOWN = warning(
    "search-parameter-origin-unknown",
    "business-rule",
    "The search parameter {url}, from which this one is derived, is not at hand",
    _ABOUT,
)
BASE = error(
    "search-parameter-origin-base",
    "business-rule",
    "{url}, from which this parameter is derived, does not apply to {base}",
    _ABOUT,
)
TYPE = error(
    "search-parameter-origin-type",
    "business-rule",
    "{url}, from which this parameter is derived, is of type {expected}, not {found}",
    _ABOUT,
)
OTHER_EXPRESSION = warning(
    "search-parameter-origin-expression",
    "business-rule",
    "{url}, from which this parameter is derived, has another expression: {expected}",
    _ABOUT,
)


#: A path of names from a type.
_PLAIN = Regex(r"[A-Z][A-Za-z]*(?:\.[a-z][A-Za-z0-9]*)+")


def check_search_parameter(session: Session, scope: Scope) -> None:
    """The code and the expression of a parameter, its parts, and what it derives from."""
    resource = scope.resource
    code, expression = text(resource, "code") or "", text(resource, "expression")
    for character in ".$|:":
        if character in code:
            session.report(CODE, scope.place, code=short(code), character=character)
    if expression is not None:
        _check_expression(session, expression, scope.place.child("expression"))
    if text(resource, "type") == "composite":
        count = sum(1 for _ in parts(resource, "component"))
        if count < 2:
            session.report(COMPONENTS, scope.place, count=count)
    _check_origin(session, scope)


def _check_expression(session: Session, expression: str, place: Place) -> None:
    """That it can be read, and that the plain paths in it lead to elements."""
    library = session.library
    try:
        default_fhirpath(library.fhir_version).check(expression)
    except FhirPathError as err:
        session.report(EXPRESSION, place, problem=short(err.problem))
        return
    for branch in _split(expression):
        try:
            is_wrong = _PLAIN.fullmatch(branch) is not None and not by_path(library, branch)
        except UnknownError:
            continue
        if is_wrong:
            session.report(PATH, place, path=short(branch), version=library.fhir_version)


def _check_origin(session: Session, scope: Scope) -> None:
    resource = scope.resource
    url = text(resource, "derivedFrom")
    if url is None:
        return
    origin = session.library.resource(url, "SearchParameter")
    if origin is None:
        session.report(ORIGIN_UNKNOWN, scope.place, url=short(url))
        return
    bases = [base for _, base in texts(resource, "base")]
    theirs = {base for _, base in texts(origin, "base")}
    for base in bases:
        if base not in theirs and not theirs & {"Resource", "DomainResource"}:
            session.report(BASE, scope.place, url=short(url), base=short(base))
    found, expected = text(resource, "type"), text(origin, "type")
    if found and expected and found != expected:
        session.report(TYPE, scope.place, url=short(url), expected=expected, found=short(found))
    _check_expressions(session, scope, origin, bases)


def _check_expressions(
    session: Session, scope: Scope, origin: Mapping[str, Json], bases: list[str]
) -> None:
    own, expected = text(scope.resource, "expression"), text(origin, "expression")
    types = session.library.resource_types()
    if own and expected and _branches(own, bases, types) != _branches(expected, bases, types):
        url = text(scope.resource, "derivedFrom")
        shown = {"url": short(url), "expected": short(expected)}
        session.report(OTHER_EXPRESSION, scope.place, severity=None, profile=None, **shown)


def _branches(expression: str, bases: list[str], types: Iterable[str]) -> frozenset[str]:
    """The parts of a union that are about the bases of the parameter, in no order."""
    others = set(types) - set(bases)
    return frozenset(
        branch for branch in _split(expression) if branch.partition(".")[0] not in others
    )


def _split(expression: str) -> Iterator[str]:
    """What stands between the bars that are not within parentheses."""
    depth, word = 0, ""
    for letter in expression:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "|" and depth == 0:
            yield word.strip()
            word = ""
        else:
            word += letter
    yield word.strip()
