"""One validation, put together: the walks, the rules, and the tools that rules use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance_cli.fhir.definitions.schema import Structure
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import error, information, warning
from conformance_cli.fhir.path.types import Node
from conformance_cli.fhir.regex import Regex
from conformance_cli.fhir.terminology.protocol import Terminology
from conformance_cli.fhir.validation.compiled import Compiled
from conformance_cli.fhir.validation.place import Place
from conformance_cli.fhir.validation.resolution import Resolver
from conformance_cli.fhir.validation.rules import Rules
from conformance_cli.fhir.validation.session import Found, Scope, Session
from conformance_cli.fhir.validation.structure import Structures
from conformance_cli.fhir.validation.targets import BASE

if TYPE_CHECKING:
    from conformance_cli.fhir.validation.conformity import Conformity
    from conformance_cli.fhir.validation.quick.look import Look, Seen

Json = Any

UNKNOWN = error(
    "profile-unknown",
    "not-found",
    "The profile {url} is not loaded",
    "A resource can only be checked against a profile whose definition is at hand; "
    "install its package.",
)
UNKNOWN_CLAIM = warning(
    "profile-unknown-claim",
    "not-found",
    "The resource claims the profile {url}, which is not loaded: it was not checked",
    "Resource.meta.profile (http://hl7.org/fhir/R4/resource.html#Meta).",
)
OTHER_RELEASE = information(
    "profile-other-release",
    "not-found",
    "The resource claims {url} of FHIR {release}, which is another release than that in use: "
    "it was not checked",
    "Claims to conform to the same resource in other releases "
    "(http://hl7.org/fhir/R4/versioning.html#mt-version).",
)
UNKNOWN_IMPOSED = warning(
    "profile-unknown-imposed",
    "not-found",
    "The profile demands conformance to {url} as well, which is not loaded: it was not checked",
    "Extension http://hl7.org/fhir/StructureDefinition/structuredefinition-imposeProfile.",
)
UNKNOWN_GLOBAL = warning(
    "profile-unknown-global",
    "not-found",
    "An implementation guide demands conformance to {url}, which is not loaded: it was not checked",
    "ImplementationGuide.global (http://hl7.org/fhir/R4/implementationguide.html).",
)
BROKEN = error(
    "profile-broken",
    "business-rule",
    "The profile {url} is broken: {problem}",
    "A profile that contradicts its base cannot be judged by.",
)

_OF_RELEASE = Regex(
    r"http://hl7\.org/fhir/(?P<release>\d+\.\d+)/StructureDefinition/(?P<name>[A-Za-z]+)"
)


class Walker:
    """Validates resources with compiled definitions; one for each validation."""

    def __init__(
        self,
        session: Session,
        compiled: Compiled,
        terminology: Terminology,
        supporting: Mapping[str, Mapping[str, Json]],
    ) -> None:
        self._session = session
        self._compiled = compiled
        self.terminology = terminology
        self.path = compiled.engine
        self.shapes = compiled.shapes
        self.memo = compiled.memo
        self.resolver = Resolver(supporting)
        looks = compiled.looks
        self._rules = Rules(compiled.shapes, self.resource, compiled.ancestors, looks.lessons)
        self._structures = Structures(session, self._rules, looks)
        self._told: dict[tuple[int, str], tuple[Place, list[Found]]] = {}
        self.claimed: list[str] = []
        session.tools = self

    @cached_property
    def _conformity(self) -> Conformity:
        """The profile walk, loaded when a profile is met."""
        from conformance_cli.fhir.validation.conformity import Conformity

        return Conformity(self._session, self._rules, self._compiled.demands)

    def resource(self, scope: Scope, profiles: Sequence[str] = ()) -> None:
        """Check a resource against its base definition, its claims and further profiles."""
        look = self._compiled.looks.meet(scope.resource.get("resourceType"))
        if look is not None:
            self.seen(look, look.look(scope.resource), scope, profiles)
            return
        shape = self._structures.resource(scope)
        if shape is not None:
            self.beyond(shape.type, scope, profiles)

    def seen(self, look: Look, seen: Seen, scope: Scope, profiles: Sequence[str] = ()) -> None:
        """The same, where the quick look has been at it already."""
        doubts = look.judge(scope.resource, seen, self._session, scope)
        if doubts:
            self._structures.resource(scope, doubts)
        elif not profiles and look.is_simple(scope.resource):
            return
        self.beyond(look.name, scope, profiles)

    def beyond(self, name: str, scope: Scope, profiles: Sequence[str]) -> None:
        """Check all of a resource, of a known type, that is not its structure."""
        for rule in self._compiled.resource_rules(name):
            rule(self._session, scope)
        done: set[str] = set()
        claims = _claims(scope.resource) if self._session.options.honour_claims else []
        for index, url in enumerate(claims):
            self._claim(url, index, scope, done)
        for url in self._session.library.global_profiles(name):
            self._global(url, scope, done)
        for url in profiles:
            self._ask(url, scope, done)

    def _global(self, url: str, scope: Scope, done: set[str]) -> None:
        structure = self._session.library.structure(url)
        if structure is None:
            self._session.report(UNKNOWN_GLOBAL, scope.place, url=url[:200])
        else:
            self._profile(structure, scope, done)

    def _ask(self, url: str, scope: Scope, done: set[str]) -> None:
        """Check a resource by a profile that was asked for."""
        structure = self._session.library.structure(url)
        if structure is None:
            self._session.report(UNKNOWN, scope.place, url=url[:200])
            return
        first = self._first_entry(scope, structure)
        if first is None:
            self._profile(structure, scope, done)
        else:
            self.claimed.append(structure.url)
            self._profile(structure, first, set())

    def _first_entry(self, scope: Scope, structure: Structure) -> Scope | None:
        """What a profile is meant for that is not for Bundles: the document, or the message."""
        if scope.resource.get("resourceType") != "Bundle" or structure.type == "Bundle":
            return None
        index = self.resolver.index(scope)
        if not index.items or index.items[0].type != structure.type:
            return None
        return index.scope(index.items[0])

    def _claim(self, url: str, index: int, scope: Scope, done: set[str]) -> None:
        library = self._session.library
        structure = library.structure(url)
        of_release = _OF_RELEASE.fullmatch(url) if structure is None else None
        if of_release is not None and library.fhir_version.startswith(of_release["release"]):
            structure = library.structure(f"{BASE}{of_release['name']}")
        if structure is not None:
            self._profile(structure, scope, done)
            return
        place = scope.place.child("meta").child("profile", index)
        if of_release is not None:
            release = of_release["release"]
            self._session.report(OTHER_RELEASE, place, url=url[:200], release=release)
        else:
            self._session.report(UNKNOWN_CLAIM, place, url=url[:200])

    def _profile(self, structure: Structure, scope: Scope, done: set[str]) -> None:
        if structure.url in done:
            return
        done.add(structure.url)
        if not scope.relation:
            self.claimed.append(structure.url)
        for problem in structure.problems:
            severity = Severity(problem.severity)
            self._session.report(
                BROKEN, scope.place, severity=severity, url=structure.url, problem=problem
            )
        self._conformity.check(scope.resource, structure, scope.place, scope)
        for url in structure.imposes:
            imposed = self._session.library.structure(url)
            if imposed is not None:
                self._profile(imposed, scope, done)
            else:
                self._session.report(
                    UNKNOWN_IMPOSED, scope.place, profile=structure.url, url=url[:200]
                )

    def resolve(self, reference: str, scope: Scope) -> Scope | None:
        """The resource that a reference points at, in the input or handed over with it."""
        return self.resolver.resolve(reference, scope)

    def validate(self, value: Json, url: str, place: Place, scope: Scope) -> list[Found]:
        """What is wrong with a value against a structure; kept, for many ask the same."""
        key = (id(value), url)
        known = self._told.get(key)
        if known is not None and (not known[1] or known[0].expression == place.expression):
            return known[1]
        structure = self._session.library.structure(url)
        with self._session.aside() as found:
            if structure is not None:
                self._told[key] = place, []  # where a circle leads back here, nothing is wrong
                self._conformity.check(value, structure, place, scope)
        self._told[key] = place, found
        return found

    def conforms(self, value: Json, url: str, scope: Scope) -> bool | None:
        """Whether a value is sound by a structure and by its base definition, as FHIRPath asks.

        ``None`` where there is no such structure.
        """
        structure = self._session.library.structure(url)
        if structure is None:
            return None
        key = (id(value), f"{url} and its base")
        if key not in self._told:
            self._told[key] = scope.place, []
            with self._session.aside() as found:
                shape = self.shapes.of_type(structure.type)
                if shape is not None and isinstance(value, dict):
                    self._structures.object(value, shape, scope.place, scope, None)
                self._conformity.check(value, structure, scope.place, scope)
            self._told[key] = scope.place, found
        return not any(one.severity.rank <= 1 for one in self._told[key][1])

    def holds(self, expression: str, node: Node, scope: Scope) -> bool:
        """Whether a FHIRPath expression is true of an element."""
        resource = scope.resource
        focus = Node(resource, str(resource.get("resourceType")))
        outer = scope.root.resource
        root = focus if outer is resource else Node(outer, str(outer.get("resourceType")))
        services = _Services(self, scope)
        return bool(self.path.holds(expression, node, focus, root, services))


class _Services:
    """What FHIRPath asks of the validator."""

    def __init__(self, walker: Walker, scope: Scope) -> None:
        self._walker = walker
        self._scope = scope

    def resolve(self, reference: str, _: Json = None) -> Json | None:
        """A resource by reference."""
        found = self._walker.resolve(reference, self._scope)
        return None if found is None else found.resource

    def member_of(self, value: Json, type_name: str, value_set: str) -> bool | None:
        """Whether a code, Coding or CodeableConcept is in a value set; ``None``: unknown."""
        from conformance_cli.fhir.validation.membership import member_of

        return member_of(self._walker.terminology, value, type_name, value_set)

    def conforms_to(self, value: Json, url: str) -> bool | None:
        """Whether a value conforms to a structure."""
        return self._walker.conforms(value, url, self._scope)

    def trace(self, name: str, items: list[Json]) -> None:
        """Traces are for authors of expressions; a validation has no use for them."""


def _claims(resource: Mapping[str, Json]) -> list[str]:
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    return [url for url in profiles if isinstance(url, str)] if isinstance(profiles, list) else []
