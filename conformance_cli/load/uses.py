"""What the shared parts of a pack use: its values, headers, interactions and bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance_cli.load.bodies import Bodies
from conformance_cli.load.pack_source import Definitions, Part
from conformance_cli.load.scope import DECLARED, Scope
from conformance_cli.load.templates import TemplateReader, Use, needed

_Names = frozenset[str]
_NONE: _Names = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """The names that an interaction uses, by the part that a step can override."""

    path: _Names
    query: Mapping[str, _Names]
    #: By lower-case name, over those of the pack.
    headers: Mapping[str, _Names]
    body: _Names


class SharedNames:
    """Follows names through what the steps of a pack share.

    What is declared (fixtures, values) is checked where it stands.  Any other name is
    checked for each step that sends it, because it depends on what came before.
    """

    def __init__(self, definitions: Definitions, bodies: Bodies, reader: TemplateReader) -> None:
        self._bodies = bodies
        self._reader = reader
        #: What is known at every place of the pack.
        self.globals = Scope(
            definitions.fixtures, definitions.values, anywhere=definitions.captures()
        )
        self._values = {n: self._names(p) for n, p in definitions.values.items()}
        headers = {n: self._names(p) for n, p in definitions.headers.items()}
        self._requests = {n: self._request(p, headers) for n, p in definitions.interactions.items()}
        for part, use in bodies.uses:
            self._check(part, use)
        for name, part in definitions.values.items():
            if f"values.{name}" in self.by_way_of_values(self._values[name], {}):
                reader.note("value-cycle", f"values.{name} is made of itself", part.place)

    def sent(self, raw: Mapping[str, Any]) -> _Names:
        """The names used by what a step leaves as its interaction and pack have it."""
        request = self._requests.get(raw["call"])
        if request is None:
            return _NONE
        names: set[str] = set() if raw.get("path") else set(request.path)
        for parameter, used in request.query.items():
            if parameter not in raw.get("query", {}):
                names |= used
        replaced = {name.lower() for name in raw.get("headers", {})}
        for header, used in request.headers.items():
            if header not in replaced:
                names |= used
        return frozenset(names | self._body(raw, request))

    def by_way_of_values(self, names: Iterable[str], overrides: Mapping[str, _Names]) -> _Names:
        """The names that these names lead to, one value after the other.

        ``overrides`` are values that the step gives anew, with the names that they use.
        """
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            root, _, value = waiting.pop().partition(".")
            if root != "values":
                continue
            used = overrides[value] if value in overrides else self._values.get(value, _NONE)
            waiting.extend(used - found)
            found |= used
        return frozenset(found)

    def _request(self, part: Part, pack_headers: Mapping[str, _Names]) -> Request:
        raw = part.data
        query, headers = raw.get("query", {}), raw.get("headers", {})
        own = {name.lower(): self._names(part.within(headers, name)) for name in headers}
        body = self._names(part.within(raw, "body")) if "body" in raw else _NONE
        return Request(
            path=self._names(part.within(raw, "path")),
            query={name: self._names(part.within(query, name)) for name in query},
            headers={**pack_headers, **own},
            body=body | self._file(raw.get("body")),
        )

    def _body(self, raw: Mapping[str, Any], request: Request) -> _Names:
        body = raw.get("body")
        changes_only = isinstance(body, dict) and not {"template", "raw"} & body.keys()
        if "body" not in raw or changes_only:
            return request.body
        return self._file(body)

    def _file(self, body: Any) -> _Names:
        name = body.get("template") if isinstance(body, dict) else body
        return self._bodies.names_of(name) if isinstance(name, str) else _NONE

    def _names(self, part: Part) -> _Names:
        uses = list(self._reader.uses(part, part.container, part.member))
        for use in uses:
            self._check(part, use)
        return needed(uses)

    def _check(self, part: Part, use: Use) -> None:
        if use.guarded or use.name.partition(".")[0] in DECLARED:
            self._reader.check(part, use, self.globals)
