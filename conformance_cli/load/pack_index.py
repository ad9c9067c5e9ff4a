"""What was found while a pack was built, for the checks that need more than the pack."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance_cli.model.diagnostics import Location
from conformance_cli.model.pack import AssertionSpec, Capture


@dataclass(slots=True)
class PackIndex:
    """Places in the author's files, by what stands there."""

    #: Requirement ids as they are mentioned.
    requirements: list[tuple[str, Location]] = field(default_factory=list)
    #: Options as expressions ask for them.
    options: list[tuple[str, Location]] = field(default_factory=list)
    assertions: list[tuple[AssertionSpec, Location]] = field(default_factory=list)
    captures: list[tuple[Capture, Location]] = field(default_factory=list)
    #: Kind (``fixture``, ``value``, ...) and name to where it is defined.
    defined: dict[tuple[str, str], Location] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)
    #: Test name to where it stands.
    tests: dict[str, Location] = field(default_factory=dict)
