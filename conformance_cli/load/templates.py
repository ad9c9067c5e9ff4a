"""The ``${...}`` of a file: where they stand and which names they use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conformance_cli.load.free_names import Names, expression_names, template_names
from conformance_cli.load.pack_index import PackIndex
from conformance_cli.load.pack_source import Part
from conformance_cli.load.problems import Problems
from conformance_cli.load.scope import Scope
from conformance_cli.model.diagnostics import Location
from conformance_cli.model.pack import Json


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A name that a template uses: root and first element, e.g. ``fixture.patient-1``."""

    name: str
    container: Json
    member: str | int
    #: It may be missing: it stands in ``default()``.
    guarded: bool = False


class TemplateReader:
    """Reads templates and expressions; notes each that is broken, at its line."""

    def __init__(self, index: PackIndex, problems: Problems) -> None:
        self._index = index
        self._problems = problems

    def uses(self, part: Part, container: Json, member: str | int) -> Iterator[Use]:
        """The names used by the templates of a member, however deep."""
        from conformance_cli.expressions import ExpressionError

        for text, holder, key in templates_in(container[member], container, member):
            try:
                names = template_names(text)
            except ExpressionError as error:
                self._broken(part, holder, key, error)
                continue
            yield from _uses(names, holder, key)

    def expression_uses(self, part: Part, container: Json, member: str | int) -> Iterator[Use]:
        """The names used by a bare expression, such as that of ``when``."""
        from conformance_cli.expressions import ExpressionError

        source = container[member]
        try:
            names = expression_names(source)
        except ExpressionError as error:
            hint = "write it without ${}" if "${" in source else ""
            self._broken(part, container, member, error, hint)
            return
        yield from _uses(names, container, member)

    def check(self, part: Part, use: Use, scope: Scope) -> None:
        """Note a name that has no meaning in a scope; remember which options are used."""
        root, _, member = use.name.partition(".")
        if root == "option" and member:
            place = part.document.value_at(use.container, use.member)
            self._index.options.append((member, place))
        if root == "values" or (root == "fixture" and use.guarded):
            self._index.used.add((root.removesuffix("s"), member))
        if problem := scope.wrong_guarded(use.name) if use.guarded else scope.wrong(use.name):
            message, hint = problem
            place = part.document.value_at(use.container, use.member)
            self.note("unknown-name", f'"{use.name}": {message}', place, hint)

    def note(self, code: str, message: str, place: Location, hint: str | None = None) -> None:
        """Note a problem."""
        self._problems.add(code, message, place, hint)

    def _broken(
        self, part: Part, holder: Json, key: str | int, error: Exception, hint: str = ""
    ) -> None:
        place = part.document.value_at(holder, key)
        advice = hint or str(getattr(error, "hint", ""))
        message = str(error).removesuffix(f"; {advice}")
        self.note("bad-expression", message, place, advice or "see the pack language: expressions")


def needed(uses: Iterable[Use]) -> frozenset[str]:
    """The names without which something cannot be rendered."""
    return frozenset(use.name for use in uses if not use.guarded)


def _uses(names: Names, holder: Json, key: str | int) -> Iterator[Use]:
    for name in names.needed:
        yield Use(name, holder, key)
    for name in names.guarded:
        yield Use(name, holder, key, guarded=True)


def templates_in(
    value: Json, container: Json, member: str | int
) -> Iterator[tuple[str, Json, str | int]]:
    """Every text with ``${`` in a value that is a member of a container, and its place."""
    if type(value) is str:
        if "${" in value:
            yield value, container, member
    elif type(value) is dict:
        for key, item in value.items():
            if "${" in key:
                yield key, value, key
            yield from templates_in(item, value, key)
    elif type(value) is list:
        for index, item in enumerate(value):
            yield from templates_in(item, value, index)
