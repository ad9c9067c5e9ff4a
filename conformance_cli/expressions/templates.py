"""Texts and structures with ``${...}`` in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from conformance_cli.expressions.errors import ExpressionError, MissingValue
from conformance_cli.expressions.evaluator import Scope, evaluate
from conformance_cli.expressions.parser import Expression, parse
from conformance_cli.expressions.values import MAX_STRUCTURE, check_size, plain, to_text

Json = Any
#: Makes a literal of another language of a value; ``TypeError`` where it has none.
Quote = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class _Slot:
    expression: Expression
    #: Offset of the expression in the template.
    offset: int


def render(value: Json, scope: Scope, literal: Quote | None = None) -> Json:
    """A structure with every template in it filled in; the result is JSON.

    A string that is exactly one ``${...}`` becomes its value, of whatever type; a time
    becomes its text.  With ``literal``, every value becomes text by way of it.
    """
    if isinstance(value, str) and "${" not in value:
        return value
    return plain(resolve(value, scope, literal))


def resolve(value: Json, scope: Scope, literal: Quote | None = None) -> Any:
    """Like ``render``, but a time stays a time: for values that expressions go on using."""
    return _resolved(value, scope, literal, 0)


def render_text(text: str, scope: Scope, literal: Quote | None = None) -> str:
    """A text with every template in it filled in; the result is text."""
    if "${" not in text:
        return text
    pieces: list[str] = []
    grown = 0
    for part in _parts(text):
        if isinstance(part, str):
            pieces.append(part)
            continue
        pieces.append(_piece(part, scope, literal))
        grown += len(pieces[-1])
        check_size(grown)
    return "".join(pieces)


def names_in(value: Json) -> frozenset[str]:
    """Every name that a template of the structure uses: ``fixture.patient-1``, ``now``."""
    return frozenset(name for expression in expressions_in(value) for name in expression.names)


def expressions_in(value: Json) -> Iterator[Expression]:
    """Every expression of a structure, parsed.  Raises ``ExpressionError`` at a bad one."""
    for text in _strings(value, 0):
        for part in _parts(text):
            if isinstance(part, _Slot):
                yield part.expression


def with_placeholders(text: str, placeholder: str) -> str:
    """The text with a placeholder for every template, to check what stands around them."""
    return "".join(part if isinstance(part, str) else placeholder for part in _parts(text))


def _resolved(value: Json, scope: Scope, literal: Quote | None, depth: int) -> Any:
    if depth > MAX_STRUCTURE:
        raise ExpressionError(f"the structure nests more than {MAX_STRUCTURE} deep")
    if isinstance(value, str):
        if "${" not in value:
            return value
        parts = _parts(value)
        if len(parts) == 1 and isinstance(parts[0], _Slot) and literal is None:
            return _evaluated(parts[0], scope)
        return render_text(value, scope, literal)
    if type(value) is dict or isinstance(value, Mapping):
        return {
            render_text(str(key), scope): item
            if isinstance(item, str) and "${" not in item
            else _resolved(item, scope, literal, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_resolved(item, scope, literal, depth + 1) for item in value]
    return value


def _evaluated(slot: _Slot, scope: Scope) -> Any:
    return evaluate(slot.expression, scope)


def _piece(slot: _Slot, scope: Scope, literal: Quote | None) -> str:
    value = _evaluated(slot, scope)
    source = slot.expression.source
    if literal is not None:
        try:
            return literal(value)
        except TypeError as err:
            raise ExpressionError(str(err), source=source) from err
    if value is None:
        raise MissingValue("null cannot be put into a text", name=source, source=source)
    try:
        return to_text(value)
    except ExpressionError as err:
        err.source = err.source or source
        raise


def _parts(text: str) -> tuple[str | _Slot, ...]:
    return _cut(text) if "${" in text else (text,)


@lru_cache(maxsize=1024)
def _cut(text: str) -> tuple[str | _Slot, ...]:
    """The text cut into literal pieces and expressions; ``$${`` is a literal ``${``."""
    parts: list[str | _Slot] = []
    literal = ""
    position = 0
    while (start := text.find("${", position)) >= 0:
        if start > 0 and text[start - 1] == "$" and start > position:
            literal += text[position : start - 1] + "${"
            position = start + 2
            continue
        literal += text[position:start]
        if literal:
            parts.append(literal)
            literal = ""
        end = _closing(text, start)
        parts.append(_Slot(parse(text[start + 2 : end]), start + 2))
        position = end + 1
    literal += text[position:]
    return (*parts, literal) if literal else tuple(parts)


def _closing(text: str, start: int) -> int:
    quote = ""
    position = start + 2
    while position < len(text):
        character = text[position]
        if quote:
            if character == "\\":
                position += 1
            elif character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif character == "}":
            return position
        position += 1
    raise ExpressionError("${ is not closed by }", start, source=text[start + 2 :])


def _strings(value: Json, depth: int) -> Iterator[str]:
    if depth > MAX_STRUCTURE:
        raise ExpressionError(f"the structure nests more than {MAX_STRUCTURE} deep")
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _strings(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item, depth + 1)
