"""Whether every name in every step means something where it stands.

The engine evaluates names when a step is sent; here the same rules are applied to the
text, so that a wrong name is an error with a line and not an undecided requirement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance_cli.load.pack_source import Definitions, Part
from conformance_cli.load.problems import Problems, did_you_mean
from conformance_cli.load.scope import DECLARED, Scope
from conformance_cli.load.templates import TemplateReader, needed, templates_in
from conformance_cli.load.uses import SharedNames

_Names = frozenset[str]
_NONE: _Names = frozenset()
#: Keys of a step that are rendered before it is sent.
_BEFORE = ("method", "path", "query", "headers", "body", "with", "title", "leaves")
_SAFE_METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Reach:
    """What running some steps makes known, and what it needs."""

    captures: _Names = _NONE
    fixtures: _Names = _NONE
    #: Methods other than GET and HEAD, as written.
    writes: tuple[str, ...] = ()
    #: Names that the caller of a procedure must know.
    needs: _Names = _NONE

    def __add__(self, other: Reach) -> Reach:
        return Reach(
            self.captures | other.captures,
            self.fixtures | other.fixtures,
            self.writes + other.writes,
            self.needs | other.needs,
        )


class StepChecker:
    """Checks the steps of one pack, and finds which fixtures they need."""

    def __init__(
        self,
        definitions: Definitions,
        shared: SharedNames,
        reader: TemplateReader,
        problems: Problems,
    ) -> None:
        self._definitions = definitions
        self._shared = shared
        self._reader = reader
        self._problems = problems
        self._done: dict[str, Reach] = {}
        self._begun: list[str] = []
        #: What is known at every place of the pack.
        self.globals = shared.globals

    def procedure(self, name: str) -> Reach:
        """What running a procedure makes known and needs."""
        part = self._definitions.procedures.get(name)
        if name in self._done or part is None:
            return self._done.get(name, Reach())
        if name in self._begun:
            chain = " → ".join((*self._begun, name))
            message = f"procedures call each other: {chain}"
            self._problems.add("procedure-cycle", message, part.place)
            return Reach()
        self._begun.append(name)
        parameters = part.data.get("parameters", {})
        for parameter in parameters:
            self._checked(part, parameters, parameter, self.globals)
        inside = replace(self.globals, params=parameters, open=True)
        self._done[name] = self.steps(part, part.data, inside)
        self._begun.pop()
        return self._done[name]

    def steps(self, part: Part, raw: Mapping[str, Any], scope: Scope) -> Reach:
        """Check the ``steps`` and ``cleanup`` of a test or procedure."""
        total = Reach()
        for step in raw.get("steps", ()):
            reach = self.step(part, step, scope)
            scope = scope.after(reach.captures)
            total += reach
        for step in raw.get("cleanup", ()):
            total += self.step(part, step, scope)
        return total

    def step(self, part: Part, raw: dict[str, Any], scope: Scope) -> Reach:
        """Check one step."""
        return self._do(part, raw, scope) if "do" in raw else self._call(part, raw, scope)

    def when(self, part: Part, raw: Mapping[str, Any], scope: Scope) -> _Names:
        """Check the ``when`` of a test, step, assertion or observation."""
        if "when" not in raw:
            return _NONE
        uses = list(self._reader.expression_uses(part, raw, "when"))
        for use in uses:
            self._reader.check(part, use, scope)
        return needed(uses)

    def refuse_templates(self, part: Part, holder: dict[str, Any], member: str) -> None:
        """Refuse templates where nobody renders them."""
        for text, container, key in templates_in(holder[member], holder, member):
            self._problems.add(
                "idle-template",
                f'"{text}" is not rendered here: the value is taken as it stands',
                part.document.value_at(container, key),
                "write the template where the value is used",
            )

    def assertions(self, part: Part, holder: Mapping[str, Any], key: str, scope: Scope) -> _Names:
        """Check the templates of a list of assertions."""
        seeing, names = scope.seeing(), _NONE
        for raw in holder.get(key, ()):
            names |= self.when(part, raw, seeing)
            for member in raw:
                if member not in ("when", "verifies", "grade"):
                    names |= self._checked(part, raw, member, seeing)
        return names

    def _do(self, part: Part, raw: dict[str, Any], scope: Scope) -> Reach:
        names = self.when(part, raw, scope)
        given = raw.get("with", {})
        for name in given:
            names |= self._checked(part, given, name, scope)
        procedure = self._definitions.procedures.get(raw["do"])
        if procedure is not None:
            declared = procedure.data.get("parameters", {})
            self._parameters(part, raw, declared)
            for name in declared.keys() - given.keys():
                names |= needed(self._reader.uses(procedure, declared, name))
        return self._of_procedure(part, raw, scope) + Reach(
            fixtures=self._fixtures(names, {}), needs=_open(names, scope)
        )

    def _of_procedure(self, part: Part, raw: dict[str, Any], scope: Scope) -> Reach:
        """What a procedure brings to its caller; what it needs must be known there."""
        reach = self.procedure(raw["do"])
        self._indirect(part, raw, "do", reach.needs, scope)
        return replace(reach, needs=_open(reach.needs, scope))

    def _parameters(self, part: Part, raw: dict[str, Any], declared: dict[str, Any]) -> None:
        given = raw.get("with", {})
        for name in given:
            if name not in declared:
                self._problems.add(
                    "unknown-parameter",
                    f'{raw["do"]} has no parameter "{name}"',
                    part.place_of(given, name),
                    did_you_mean(name, declared, "parameters"),
                )
        for name, default in declared.items():
            if default is None and name not in given:
                message = f'{raw["do"]} needs the parameter "{name}"'
                hint = f"add with: {{{name}: ...}}"
                self._problems.add("missing-parameter", message, part.place_of(raw, "do"), hint)

    def _call(self, part: Part, raw: dict[str, Any], scope: Scope) -> Reach:
        own = self.when(part, raw, scope)
        for key in _BEFORE:
            if key in raw:
                own |= self._checked(part, raw, key, scope)
        overrides = self._overrides(part, raw)
        sent = self._shared.sent(raw)
        indirect = sent | self._shared.by_way_of_values(own | sent, overrides)
        self._indirect(part, raw, "call", indirect, scope)
        seen = self.assertions(part, raw, "require", scope)
        seen |= self.assertions(part, raw, "expect", scope)
        needs = _open(own | seen | indirect, scope.seeing())
        # a capture sees the captures before it
        so_far = scope.seeing()
        for name in raw.get("capture", ()):
            taken = self._checked(part, raw["capture"], name, so_far)
            seen |= taken
            needs |= _open(taken, so_far)
            so_far = so_far.after([name])
        return Reach(
            captures=frozenset(raw.get("capture", ())),
            fixtures=self._fixtures(own | sent | seen, overrides),
            writes=self._writes(raw),
            needs=needs,
        )

    def _overrides(self, part: Part, raw: dict[str, Any]) -> dict[str, _Names]:
        """The pack values that ``with`` gives anew, and the names that they use now."""
        given = raw.get("with", {})
        for name in given:
            if name not in self._definitions.values:
                self._problems.add(
                    "unknown-value",
                    f'the pack has no value "{name}" to give anew',
                    part.place_of(given, name),
                    did_you_mean(name, self._definitions.values, "values"),
                )
        return {n: needed(self._reader.uses(part, given, n)) for n in given}

    def _indirect(
        self, part: Part, raw: dict[str, Any], key: str, names: _Names, scope: Scope
    ) -> None:
        """Check at the step what its interaction, body file, values or procedure use."""
        for name in sorted(names):
            # what is declared was checked where it stands
            if name.partition(".")[0] in DECLARED:
                continue
            if problem := scope.wrong(name):
                message, hint = problem
                self._problems.add(
                    "unknown-name",
                    f'{raw[key]} uses "{name}": {message}',
                    part.place_of(raw, key),
                    hint,
                )

    def _fixtures(self, names: _Names, overrides: Mapping[str, _Names]) -> _Names:
        everything = names | self._shared.by_way_of_values(names, overrides)
        return frozenset(n.removeprefix("fixture.") for n in everything if n.startswith("fixture."))

    def _writes(self, raw: dict[str, Any]) -> tuple[str, ...]:
        interaction = self._definitions.interactions.get(raw["call"])
        method = raw.get("method") or (interaction.data["method"] if interaction else "GET")
        return () if method in _SAFE_METHODS else (method,)

    def _checked(self, part: Part, holder: Any, member: str | int, scope: Scope) -> _Names:
        uses = list(self._reader.uses(part, holder, member))
        for use in uses:
            self._reader.check(part, use, scope)
        return needed(uses)


def _open(names: _Names, scope: Scope) -> _Names:
    return frozenset(name for name in names if scope.leaves_open(name))
