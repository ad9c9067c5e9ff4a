"""ConceptMap: whether the codes that it maps exist, and are mapped without contradiction.

Source: http://hl7.org/fhir/R4/conceptmap.html and the text of its elements.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance_cli.fhir.outcome.message import Message, error, information, warning
from conformance_cli.fhir.resources.concept_map_properties import Declared
from conformance_cli.fhir.resources.reading import flag, parts, short, text
from conformance_cli.fhir.resources.shareable import check_shareable
from conformance_cli.fhir.terminology.protocol import Answer, Coded, Standing, Terminology
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.session import Scope, Session

Json = Any

_MAP: Final = "http://hl7.org/fhir/R4/conceptmap.html"

NOT_VALUE_SET = error(
    "concept-map-scope-type",
    "invalid",
    "The scope of the map is {url}, which is a {found}, not a value set",
    f"ConceptMap.source[x] and target[x] are value sets ({_MAP}).",
)
NO_SYSTEM = warning(
    "concept-map-system-missing",
    "required",
    "The group does not say of which code system its {side} codes are",
    f"ConceptMap.group.source and target give the codes their meaning ({_MAP}).",
)
SYSTEM_UNKNOWN = warning(
    "concept-map-system-unknown",
    "not-found",
    "The code system {system} is not loaded: the {side} codes were not checked",
    f"ConceptMap.group.source and target give the codes their meaning ({_MAP}).",
)
SYSTEM_PARTIAL = information(
    "concept-map-system-partial",
    "not-found",
    "The code system {system} is loaded only in part: not all {side} codes could be checked",
    f"ConceptMap.group.source and target give the codes their meaning ({_MAP}).",
)
CODE_UNKNOWN = error(
    "concept-map-code-unknown",
    "required",
    "The {side} code '{code}' does not exist: {reason}",
    f"Codes that are mapped are those of their group's code systems ({_MAP}).",
)
DISPLAY = warning(
    "concept-map-display",
    "required",
    "The display of {system}#{code} is {displays}; found '{display}'",
    f"A display helps readers to see that the right code is mapped ({_MAP}).",
)
OUT_OF_SCOPE = error(
    "concept-map-code-scope",
    "required",
    "The {side} code '{code}' is not in the value set {value_set}, which the map is for{reason}",
    f"ConceptMap.source[x] and target[x] limit what is mapped ({_MAP}).",
)
SCOPE_UNDECIDED = information(
    "concept-map-code-scope-unchecked",
    "informational",
    "Whether the {side} code '{code}' is in {value_set} was not checked: {reason}",
    f"ConceptMap.source[x] and target[x] limit what is mapped ({_MAP}).",
)
DUPLICATE = warning(
    "concept-map-duplicate",
    "business-rule",
    "'{source}' is mapped to '{target}' twice",
    f"A mapping is said once ({_MAP}).",
)
CONTRADICTION = warning(
    "concept-map-contradiction",
    "business-rule",
    "'{source}' is mapped to '{target}' as '{found}', and before as '{before}'",
    f"Two mappings of the same codes agree ({_MAP}).",
)

#: Elements of the scope by side, from R5 and R4, and what FHIRPath calls them.
_SCOPES: Mapping[str, tuple[tuple[str, str], ...]] = {
    side: (
        (f"{side}ScopeCanonical", f"{side}Scope"),
        (f"{side}ScopeUri", f"{side}Scope"),
        (f"{side}Canonical", side),
        (f"{side}Uri", side),
    )
    for side in ("source", "target")
}


def check_concept_map(session: Session, scope: Scope) -> None:
    """Report codes that do not exist, are out of scope, or are mapped in two ways."""
    resource, place = scope.resource, scope.place
    declared = Declared(session, resource)
    declared.check_declarations(place)
    scopes = {side: _scope(session, resource, place, side) for side in _SCOPES}
    for index, group in parts(resource, "group"):
        _Group(session, declared, group, place.child("group", index), scopes).check()
    check_shareable(session, scope)


def _scope(session: Session, resource: Mapping[str, Json], place: Place, side: str) -> str | None:
    """The value set that a side of the map is limited to, if it is at hand."""
    for key, shown in _SCOPES[side]:
        url = text(resource, key)
        if url is None:
            continue
        if session.tools.terminology.value_set_exists(url):
            return url
        other = session.library.resource(url)
        if other is not None:
            at = place.child(key, None, shown)
            found = str(other.get("resourceType"))
            session.report(NOT_VALUE_SET, at, url=short(url), found=found)
        return None
    return None


@dataclass(frozen=True, slots=True)
class _Side:
    """The codes of one side of a group; ``system`` is ``None`` where they cannot be checked."""

    name: str
    system: str | None
    version: str | None
    value_set: str | None


class _Group:
    """One group of mappings."""

    def __init__(
        self,
        session: Session,
        declared: Declared,
        group: Mapping[str, Json],
        place: Place,
        scopes: Mapping[str, str | None],
    ) -> None:
        self._session = session
        self._declared = declared
        self._group = group
        self._place = place
        self._scopes = scopes
        #: The relationship of each pair of codes that was mapped.
        self._seen: dict[tuple[str, str | None], str] = {}

    def check(self) -> None:
        """Report what is wrong in this group."""
        source, target = self._side("source"), self._side("target")
        for index, element in parts(self._group, "element"):
            at = self._place.child("element", index)
            self._check_code(element, source, at)
            code = text(element, "code")
            for number, one in parts(element, "target"):
                where = at.child("target", number)
                self._check_code(one, target, where)
                self._check_repetition(code, one, where)
                self._declared.check_target(one, where)
            if flag(element, "noMap") and code is not None:
                self._note(code, None, "unmapped", at)

    def _side(self, name: str) -> _Side:
        given = text(self._group, name)
        if given is None:
            self._session.report(NO_SYSTEM, self._place, side=name)
            return _Side(name, None, None, None)
        system, _, attached = given.partition("|")
        version = text(self._group, f"{name}Version") or attached or None
        terminology: Terminology = self._session.tools.terminology
        if not terminology.knows_system(system):
            if self._scopes[name] is None:
                at = self._place.child(name)
                self._session.report(SYSTEM_UNKNOWN, at, system=short(system), side=name)
            return _Side(name, None, None, None)
        definition = self._session.library.resource(system, "CodeSystem")
        if definition is not None and text(definition, "content") != "complete":
            at = self._place.child(name)
            self._session.report(SYSTEM_PARTIAL, at, system=short(system), side=name)
        return _Side(name, system, version, self._scopes[name])

    def _check_code(self, holder: Mapping[str, Json], side: _Side, place: Place) -> None:
        code = text(holder, "code")
        if code is None or side.system is None:
            return
        terminology: Terminology = self._session.tools.terminology
        coded = Coded(side.system, code, side.version, text(holder, "display"))
        answer = terminology.in_code_system(coded)
        at = place.child("code")
        if answer.standing is Standing.INVALID:
            self._report(CODE_UNKNOWN, side, code, at, answer.reason)
        elif answer.standing is Standing.VALID:
            if answer.display is not None:
                self._report_display(coded, answer, at)
            if side.value_set is not None:
                self._check_scope(coded, side, side.value_set, at)

    def _check_scope(self, coded: Coded, side: _Side, value_set: str, at: Place) -> None:
        terminology: Terminology = self._session.tools.terminology
        answer = terminology.in_value_set(Coded(coded.system, coded.code, coded.version), value_set)
        if answer.standing is Standing.INVALID:
            reason = f": {answer.reason}" if answer.reason else ""
            self._report(OUT_OF_SCOPE, side, coded.code or "", at, reason)
        elif answer.standing is Standing.UNKNOWN:
            self._report(SCOPE_UNDECIDED, side, coded.code or "", at, answer.reason)

    def _report(self, message: Message, side: _Side, code: str, at: Place, reason: str) -> None:
        value_set = short(side.value_set or "")
        self._session.report(
            message, at, side=side.name, code=short(code), reason=reason, value_set=value_set
        )

    def _report_display(self, coded: Coded, answer: Answer, at: Place) -> None:
        self._session.report(
            DISPLAY,
            at,
            system=short(coded.system),
            code=short(coded.code),
            displays=" or ".join(f"'{short(one)}'" for one in answer.displays[:5]),
            display=short(coded.display),
        )

    def _check_repetition(
        self, source: str | None, target: Mapping[str, Json], place: Place
    ) -> None:
        found = text(target, "relationship") or text(target, "equivalence")
        if source is not None and found is not None:
            self._note(source, text(target, "code"), found, place)

    def _note(self, source: str, target: str | None, found: str, place: Place) -> None:
        before = self._seen.get((source, target))
        if before is None:
            self._seen[source, target] = found
            return
        shown = {"source": short(source), "target": short(target or "nothing")}
        if before == found:
            self._session.report(DUPLICATE, place, severity=None, profile=None, **shown)
        else:
            values = {**shown, "found": short(found), "before": short(before)}
            self._session.report(CONTRADICTION, place, severity=None, profile=None, **values)
