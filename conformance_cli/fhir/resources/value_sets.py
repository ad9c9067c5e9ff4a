"""ValueSet: whether what it composes exists, and whether its expansion is in order.

Source: http://hl7.org/fhir/R4/valueset.html and the text of its elements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.resources.reading import choice, part, parts, short, text, texts
from conformance_cli.fhir.resources.shareable import check_shareable
from conformance_cli.fhir.resources.value_set_filters import check_filter
from conformance_cli.fhir.resources.value_set_systems import Included, check_system
from conformance_cli.fhir.terminology.protocol import Coded, Standing
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_COMPOSE: Final = "http://hl7.org/fhir/R4/valueset.html#compositions"
_EXPANSION: Final = "http://hl7.org/fhir/R4/valueset.html#expansion"

IMPORT_UNKNOWN = warning(
    "value-set-import-unknown",
    "business-rule",
    "The value set {url} is not loaded",
    f"ValueSet.compose.include.valueSet takes in another value set ({_COMPOSE}).",
)
IMPORT_NOT_VALUE_SET = warning(
    "value-set-import-type",
    "business-rule",
    "{url} is a {found}, not a value set",
    f"ValueSet.compose.include.valueSet takes in another value set ({_COMPOSE}).",
)
SEVERAL_IMPORTS = warning(
    "value-set-imports",
    "informational",
    "Several value sets in one include: some systems unite them, others intersect them",
    "R4 says both (ValueSet.compose.include and its valueSet); R5 says that they intersect.",
)
NO_SYSTEM = warning(
    "value-set-no-system",
    "business-rule",
    "Concepts and filters need a system that defines them",
    f"ValueSet invariant vsd-2 and vsd-3 ({_COMPOSE}).",
)
CODE_UNKNOWN = error(
    "value-set-code-unknown",
    "business-rule",
    "The code '{code}' does not exist: {reason}",
    f"ValueSet.compose.include.concept.code is a code of the system ({_COMPOSE}).",
)
CODE_OUTDATED = warning(
    "value-set-code-outdated",
    "business-rule",
    "{system}#{code} {note}",
    "Code systems keep concepts that ought not to be used any more.",
)
DISPLAY = information(
    "value-set-display",
    "informational",
    "The display '{display}' of {system}#{code} is none that its code system gives: {displays}",
    f"A value set may show a concept under a name of its own ({_COMPOSE}).",
)
UNCHECKED = information(
    "value-set-codes-unchecked",
    "informational",
    "{number} of the codes of {system} were not checked: {reason}",
    "Codes are checked as far as their code systems are loaded; the rest is said, not passed.",
)
PROPERTY_UNDECLARED = error(
    "value-set-expansion-property",
    "invalid",
    "The property '{code}' of concepts is not declared in expansion.property",
    "ValueSet.expansion.property (http://hl7.org/fhir/R5/valueset.html).",
)
SYSTEM_VERSIONS = error(
    "value-set-expansion-versions",
    "invalid",
    "Codes of {system} do not say of which version they are, and the expansion used {versions}",
    f"Without a version, it is that of the parameter used-codesystem ({_EXPANSION}).",
)
TOTAL = warning(
    "value-set-expansion-total",
    "invalid",
    "The expansion shows {number} codes from offset {offset}, more than its total of {total}",
    f"ValueSet.expansion.total is the number of codes in all ({_EXPANSION}).",
)


def check_value_set(session: Session, scope: Scope) -> None:
    """Report what a value set includes wrongly, and contradictions in its expansion."""
    resource, place = scope.resource, scope.place
    compose, at = part(resource, "compose"), place.child("compose")
    if compose is not None:
        for name in ("include", "exclude"):
            for index, one in parts(compose, name):
                _check_include(session, Included(resource, one, at.child(name, index)))
    expansion = part(resource, "expansion")
    if expansion is not None:
        _check_expansion(session, expansion, place.child("expansion"))
    check_shareable(session, scope)


def _check_include(session: Session, included: Included) -> None:
    one, place = included.value, included.place
    _check_imports(session, one, place)
    if included.system is None:
        if one.get("concept") or one.get("filter"):
            session.report(NO_SYSTEM, place)
        return
    if check_system(session, included):
        _check_concepts(session, included)
    for index, condition in parts(one, "filter"):
        check_filter(session, included, condition, place.child("filter", index))


def _check_imports(session: Session, one: Mapping[str, Json], place: Place) -> None:
    imports = list(texts(one, "valueSet"))
    for index, url in imports:
        if url.startswith("#") or session.tools.terminology.value_set_exists(url):
            continue
        other = session.library.resource(url)
        at = place.child("valueSet", index)
        if other is None:
            session.report(IMPORT_UNKNOWN, at, url=short(url))
        else:
            found = str(other.get("resourceType"))
            session.report(IMPORT_NOT_VALUE_SET, at, url=short(url), found=found)
    if len(imports) > 1:
        session.report(SEVERAL_IMPORTS, place)


def _check_concepts(session: Session, included: Included) -> None:
    system, open_codes, reason = included.system or "", 0, ""
    for index, concept in parts(included.value, "concept"):
        code = text(concept, "code")
        if code is None:
            continue
        coded = Coded(system, code, included.version, text(concept, "display"))
        answer = session.tools.terminology.in_code_system(coded)
        at = included.place.child("concept", index)
        shown = {"system": short(system), "code": short(code)}
        if answer.standing is Standing.UNKNOWN:
            open_codes, reason = open_codes + 1, answer.reason
        elif answer.standing is Standing.INVALID:
            session.report(CODE_UNKNOWN, at, code=short(code), reason=answer.reason)
        elif answer.display is not None:
            own = ", ".join(f"'{short(one)}'" for one in answer.displays[:5])
            display = short(coded.display)
            session.report(
                DISPLAY, at, severity=None, profile=None, display=display, displays=own, **shown
            )
        if answer.standing is Standing.VALID and answer.note.endswith(("inactive", "deprecated")):
            session.report(
                CODE_OUTDATED, at, severity=None, profile=None, note=answer.note, **shown
            )
    if open_codes:
        session.report(
            UNCHECKED, included.place, number=open_codes, system=short(system), reason=reason
        )


def _check_expansion(session: Session, expansion: Mapping[str, Json], place: Place) -> None:
    contained = list(_contained(expansion))
    declared = {text(one, "code") for _, one in parts(expansion, "property")}
    used = {text(one, "code") for held in contained for _, one in parts(held, "property")}
    for code in sorted(code for code in used - declared if code is not None):
        session.report(PROPERTY_UNDECLARED, place, code=short(code))
    _check_versions(session, expansion, contained, place)
    total, offset = expansion.get("total"), expansion.get("offset")
    if isinstance(total, int) and isinstance(offset, int) and offset + len(contained) > total:
        shown = {"number": len(contained), "offset": offset, "total": total}
        session.report(TOTAL, place, severity=None, profile=None, **shown)


def _check_versions(
    session: Session,
    expansion: Mapping[str, Json],
    contained: list[Mapping[str, Json]],
    place: Place,
) -> None:
    bare = {text(one, "system") for one in contained if text(one, "version") is None}
    versions: dict[str, set[str]] = {}
    for _, parameter in parts(expansion, "parameter"):
        value = choice(parameter, "value")
        if text(parameter, "name") == "used-codesystem" and value and isinstance(value.value, str):
            versions.setdefault(value.value.partition("|")[0], set()).add(value.value)
    for system in sorted(bare & versions.keys() - {None}, key=str):
        found = versions[str(system)]
        if len(found) > 1:
            shown = ", ".join(sorted(found))
            session.report(SYSTEM_VERSIONS, place, system=short(system), versions=short(shown))


def _contained(expansion: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    waiting = [expansion]
    while waiting:
        for _, one in parts(waiting.pop(), "contains"):
            yield one
            waiting.append(one)
