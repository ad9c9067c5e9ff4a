"""Request bodies: templates rendered, changed by element path, serialised.

The element paths are those of ``docs/pack-language.md``, "Bodies".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from conformance_cli.expressions import render
from conformance_cli.model.diagnostics import DefinitionError
from conformance_cli.model.pack import BodyTemplate, Json

_SEGMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[(\d+)\])?")


@dataclass(frozen=True, slots=True)
class _Segment:
    name: str
    index: int | None


def build_body(template: BodyTemplate, scope: Mapping[str, Any]) -> bytes | None:
    """The bytes to send for a body template, or ``None`` for no body.

    Raises:
        ExpressionError: an expression in the template cannot be evaluated.
        DefinitionError: a path in ``set`` or ``remove`` names nothing.

    """
    if template.raw is not None:
        return str(render(template.raw, scope)).encode("utf-8", "surrogatepass")
    if template.content is None:
        return None
    content = render(template.content, scope)
    for path, value in template.set.items():
        _set(content, path, render(value, scope))
    for path in template.remove:
        _remove(content, path)
    text = json.dumps(_without_nulls(content), ensure_ascii=False, default=_json_text)
    return text.encode("utf-8", "surrogatepass")


def _parse(path: str) -> list[_Segment]:
    segments = []
    for part in path.split("."):
        match = _SEGMENT.fullmatch(part)
        if match is None:
            raise _bad_path(path, "it is not a path", "write it as Appointment.participant[0]")
        segments.append(_Segment(match[1], int(match[2]) if match[2] else None))
    return segments


def _roots(content: Json, first: _Segment, path: str) -> list[Json]:
    """The resources that a path's first segment picks."""
    if not isinstance(content, dict):
        raise _bad_path(path, "the body is not a resource", "send it with raw instead")
    if content.get("resourceType") == first.name:
        return [content]
    return [entry["resource"] for entry in _entries(content, first, path)]


def _entries(content: Json, first: _Segment, path: str) -> list[Json]:
    entries = [
        entry
        for entry in content.get("entry", [])
        if isinstance(entry, dict)
        and isinstance(entry.get("resource"), dict)
        and entry["resource"].get("resourceType") == first.name
    ]
    if first.index is not None:
        entries = entries[first.index : first.index + 1]
    if not entries:
        raise _bad_path(path, f"the body has no {first.name}", "check the body template")
    return entries


def _set(content: Json, path: str, value: Json) -> None:
    first, *rest = _parse(path)
    if not rest:
        raise _bad_path(path, "a whole resource cannot be set", "set its elements")
    for root in _roots(content, first, path):
        parent = _descend(root, rest[:-1], path)
        last = rest[-1]
        if last.index is None:
            parent[last.name] = value
            continue
        items = parent.setdefault(last.name, [])
        if not isinstance(items, list) or last.index > len(items):
            raise _bad_path(path, f"{last.name} has no place [{last.index}]", "use a lower index")
        items[last.index : last.index + 1] = [value]


def _remove(content: Json, path: str) -> None:
    first, *rest = _parse(path)
    if not rest:
        gone = [id(entry) for entry in _entries(content, first, path)]
        content["entry"] = [entry for entry in content["entry"] if id(entry) not in gone]
        return
    for root in _roots(content, first, path):
        parent = _descend(root, rest[:-1], path)
        last = rest[-1]
        try:
            if last.index is None:
                del parent[last.name]
            else:
                del parent[last.name][last.index]
        except (KeyError, IndexError, TypeError):
            raise _bad_path(path, f"there is no {last.name} to remove", "check the body") from None


def _descend(node: Json, segments: list[_Segment], path: str) -> dict[str, Any]:
    for segment in segments:
        child = node.get(segment.name) if isinstance(node, dict) else None
        if segment.index is not None and isinstance(child, list) and segment.index < len(child):
            child = child[segment.index]
        if not isinstance(child, dict):
            raise _bad_path(
                path,
                f"{segment.name} is not an object here",
                "a list needs an index, such as contact[0]",
            )
        node = child
    if not isinstance(node, dict):
        raise _bad_path(path, "it does not lead to an object", "check the body template")
    return node


def _bad_path(path: str, problem: str, hint: str) -> DefinitionError:
    return DefinitionError.of("body-path", f'body path "{path}": {problem}', hint=hint)


def _without_nulls(value: Json) -> Json:
    """FHIR JSON has no null members (https://hl7.org/fhir/R4/json.html#null)."""
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_nulls(v) for v in value]
    return value


def _json_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return json.dumps(dict(value), default=_json_text)
    raise TypeError(f"a {type(value).__name__} cannot be put into a body")
