"""What has to be true of generated resources, whatever library they are made from."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from hypothesis import HealthCheck, settings

from conformance_cli.fhir import Issue, Library, Validator
from tests.fhir.generated.bundles import bundle
from tests.fhir.generated.generator import Generator
from tests.fhir.generated.mutations import Fault, Mutations, is_consequence
from tests.fhir.generated.profiling import URL, Profiling, Step
from tests.fhir.generated.value_sets import ValueSets
from tests.fhir.source.xml_writer import write_xml

Json = Any
Object = dict[str, Json]
#: What an issue says, apart from lines and columns, which differ between formats.
Said = tuple[str, str, str, str]

#: The same examples every time, as many as a few seconds allow.
EXAMPLES = settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
#: Types whose elements hang together by rules of their own: one fault may break others.
KNIT = frozenset(
    {"CodeSystem", "ConceptMap", "Measure", "Questionnaire", "StructureDefinition", "ValueSet"}
)
#: What a generator cannot satisfy in general: rules that are written in FHIRPath.
_BEYOND = frozenset({"invariant"})


class Claims:
    """Makes resources from a library, and holds the validator to what is known of them."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.types = sorted(library.resource_types())
        self.value_sets = ValueSets(library)
        self.validator = Validator(library)
        self.mutations = Mutations(library, self.value_sets)

    def resource(self, name: str, source: Random, size: int = 25) -> Object:
        """A resource of a type."""
        generator = Generator(self.library, self.value_sets, source)
        return bundle(generator) if name == "Bundle" else generator.resource(name, size)

    def is_sound(self, resource: Object) -> None:
        """There is no error in what was made from the definitions."""
        assert errors(self.validator.validate(resource).issues) == []

    def is_sound_in_xml(self, resource: Object) -> None:
        """The same is said of a resource in XML as in JSON."""
        text = write_xml(resource, self.library).encode()
        in_xml = self.validator.validate(text, format="xml").issues
        assert said(in_xml) == said(self.validator.validate(resource).issues), text.decode()

    def is_found(self, resource: Object, fault: Fault) -> None:
        """A fault is told at its own place, and nothing else but what follows from it."""
        new = self._new(resource, fault)
        assert [one for one in new if one.id in fault.ids and one.expression == fault.at], (
            f"{fault.kind}: {fault.ids} is not told at {fault.at}, only {new}"
        )
        if resource["resourceType"] in KNIT:
            return
        astray = [
            one for one in errors(new) if not is_consequence(fault.within, one.expression, one.id)
        ]
        assert astray == [], f"{fault.kind} at {fault.at}"

    def _new(self, resource: Object, fault: Fault) -> list[Issue]:
        before = said(self.validator.validate(resource).issues)
        issues = self.validator.validate(fault.resource).issues
        return [one for one in issues if one.is_error and _said(one) not in before]


class Profiled:
    """Holds a validator to a profile that was read off a resource."""

    def __init__(self, claims: Claims, profiling: Profiling) -> None:
        library = claims.library.with_resources([profiling.definition])
        self._validator = Validator(library)
        self._resource = profiling.resource
        self._before = self._said(profiling.resource)

    def conforms(self) -> None:
        """The resource conforms to the profile."""
        assert errors(self._issues(self._resource)) == []

    def is_told(self, step: Step) -> None:
        """A step out of line is told at its place, and nothing else but what follows from it."""
        issues = self._issues(step.resource)
        new = [one for one in issues if one.is_error and _said(one) not in self._before]
        assert [
            one for one in new if (one.id, one.expression, one.profile) == (step.id, step.at, URL)
        ], f"{step.id} is not told at {step.at}, only {new}"
        astray = [
            one for one in errors(new) if not is_consequence(step.within, one.expression, one.id)
        ]
        assert astray == [], f"{step.id} at {step.at}"

    def _issues(self, resource: Object) -> tuple[Issue, ...]:
        return self._validator.validate(resource, profiles=[URL]).issues

    def _said(self, resource: Object) -> Counter[Said]:
        return said(self._issues(resource))


def errors(issues: tuple[Issue, ...] | list[Issue]) -> list[Issue]:
    """Errors but those beyond a generator."""
    return [one for one in issues if one.is_error and one.id not in _BEYOND]


def said(issues: tuple[Issue, ...]) -> Counter[Said]:
    """What issues say, to compare."""
    return Counter(map(_said, issues))


def _said(one: Issue) -> Said:
    return str(one.severity), one.id, one.expression, one.text
