"""Test packs: what the author's YAML means, as frozen values.

``docs/pack-language.md`` describes the language; ``reports/schemas/`` holds its JSON
Schemas.  Values written ``${...}`` are still templates here: the engine renders them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from conformance_cli.model.diagnostics import Location

#: JSON as Python has it, possibly holding ``${...}`` templates in its strings.
Json = Any


class Effect(Enum):
    """What a test may do to the live system it runs against."""

    READ = "read"
    WRITE = "write"
    DESTRUCTIVE = "destructive"

    @property
    def rank(self) -> int:
        """Orders effects: a run allows every effect up to a rank."""
        return ("read", "write", "destructive").index(self.value)


class Grade(Enum):
    """What it means when an assertion is not met."""

    FAIL = "fail"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fixture:
    """A role of test data that the supplier maps to a value of their own."""

    name: str
    title: str
    #: Why tests need it.
    why: str = ""
    #: What the supplier's data must look like for this role.
    properties: tuple[str, ...] = ()
    #: Regular expression that the whole value must match.
    pattern: str = ""
    example: str = ""
    #: Used when the supplier gives none; ``None`` makes the fixture mandatory.
    default: str | None = None
    #: The value speaks of a person, so no evidence and no report may show it.
    personal: bool = False
    #: Steps that preflight runs to see whether the fixture is there.
    verify: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class BodyTemplate:
    """A request body: a template with changes, or raw text.

    ``set`` and ``remove`` name elements by the path language of
    ``docs/pack-language.md`` (``Appointment.status`` inside a message Bundle).
    """

    #: Parsed template content (JSON with ``${...}``), or ``None``.
    content: Json = None
    #: Sent as it is instead of JSON, after rendering.
    raw: str | None = None
    set: Mapping[str, Json] = field(default_factory=dict)
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interaction:
    """A named request template of the standard that steps call and override."""

    name: str
    title: str
    method: str
    path: str
    #: A value may be a list (repeated parameter); ``None`` is left out.
    query: Mapping[str, Json] = field(default_factory=dict)
    headers: Mapping[str, Json] = field(default_factory=dict)
    body: BodyTemplate | None = None


@dataclass(frozen=True, slots=True)
class AssertionSpec:
    """One thing to check about the exchange(s) of a step."""

    #: Registered assertion name, e.g. ``status``.
    kind: str
    argument: Json
    #: Requirement ids; empty means that the step's or test's ids stand.
    verifies: tuple[str, ...] = ()
    grade: Grade = Grade.FAIL
    #: Expression; when false the assertion is passed over without a result.
    when: str = ""
    #: Shown instead of the generated description.
    title: str = ""
    location: Location = Location("")


@dataclass(frozen=True, slots=True)
class Capture:
    """A value taken from a response for later steps."""

    name: str
    #: One of these three is set.
    fhirpath: str = ""
    header: str = ""
    #: Template over ``request`` and ``response``, e.g. ``${request.body}``.
    value: Json = None
    #: Take every match as a list instead of the first one.
    every: bool = False
    #: A missing value is ``null`` instead of stopping the test.
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One call of an interaction, or of a procedure, with what it must show."""

    #: Name of an interaction; empty when ``procedure`` is set.
    call: str = ""
    #: Name of a procedure to run here.
    procedure: str = ""
    #: Parameters (``with``) for the procedure or overrides of pack ``values``.
    parameters: Mapping[str, Json] = field(default_factory=dict)
    title: str = ""
    method: str = ""
    path: str = ""
    query: Mapping[str, Json] = field(default_factory=dict)
    headers: Mapping[str, Json] = field(default_factory=dict)
    body: BodyTemplate | None = None
    when: str = ""
    verifies: tuple[str, ...] = ()
    #: Preconditions: not met means that the test cannot decide, never that it failed.
    require: tuple[AssertionSpec, ...] = ()
    expect: tuple[AssertionSpec, ...] = ()
    capture: tuple[Capture, ...] = ()
    #: Send this many times; the assertions see all exchanges of the step.
    repeat: int = 1
    #: Send this many identical copies at the same moment.
    together: int = 1
    #: For cleanup steps: what stays behind if this step does not succeed.
    leaves: str = ""
    location: Location = Location("")


@dataclass(frozen=True, slots=True)
class Procedure:
    """A reusable series of steps with the cleanup that undoes them."""

    name: str
    steps: tuple[Step, ...]
    cleanup: tuple[Step, ...] = ()
    #: Parameter name to default value; ``None`` makes it mandatory.
    parameters: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observation:
    """Assertions made on every exchange of every test of the pack, at no extra request."""

    name: str
    #: Expression over ``request`` and ``response``; false passes the exchange over.
    when: str
    expect: tuple[AssertionSpec, ...]


@dataclass(frozen=True, slots=True)
class TestCase:
    """A test: steps against the endpoint, and what it verifies.

    ``for-each`` is expanded while loading: every row is a test case of its own, with
    id ``name.1``, ``name.2`` ... and its row in ``each``.
    """

    __test__ = False  # pytest must not collect it

    id: str
    title: str
    effect: Effect
    steps: tuple[Step, ...]
    verifies: tuple[str, ...] = ()
    cleanup: tuple[Step, ...] = ()
    #: Expression over ``option.*``; false makes the test not applicable.
    when: str = ""
    each: Mapping[str, Json] = field(default_factory=dict)
    #: Fixture names that it uses, found in its templates while loading.
    fixtures: tuple[str, ...] = ()
    #: All requirement ids that its assertions name, found while loading.
    requirements: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    description: str = ""
    location: Location = Location("")


@dataclass(frozen=True, slots=True)
class FaultExpectation:
    """What a planted fault of the reference supplier must be blamed for, and nothing else."""

    fault: str
    breaks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TestPack:
    """A versioned set of tests that certifies one or more profiles."""

    __test__ = False

    name: str
    version: str
    title: str
    #: ``name@SemVer-range`` of every profile that it certifies.
    certifies: tuple[str, ...]
    tests: tuple[TestCase, ...]
    description: str = ""
    extends: str = ""
    fixtures: tuple[Fixture, ...] = ()
    interactions: Mapping[str, Interaction] = field(default_factory=dict)
    procedures: Mapping[str, Procedure] = field(default_factory=dict)
    #: Named, lazily rendered values that every template of the pack can use.
    values: Mapping[str, Json] = field(default_factory=dict)
    #: Headers sent with every interaction unless it overrides them.
    headers: Mapping[str, Json] = field(default_factory=dict)
    observations: tuple[Observation, ...] = ()
    #: Steps that preflight runs to see whether the base URL answers.
    preflight: tuple[Step, ...] = ()
    faults: tuple[FaultExpectation, ...] = ()
    #: Name of the bundled reference supplier that ``demo`` and ``pack test`` start.
    reference: str = ""
    digest: str = ""
    #: Folder that it was read from.
    path: str = ""
    #: Folders of the packs that it extends, nearest first.
    bases: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """``name@version``."""
        return f"{self.name}@{self.version}"
