"""Inputs as nobody should send them: resources and texts with random damage."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random
from typing import Any
from xml.etree import ElementTree

from tests.fhir.generated.oddities import KEYS, NUMBERS, OTHERS, PIECES, TEXTS

Json = Any
Object = dict[str, Json]


def mangled(resource: Json, donor: Json, source: Random) -> Json:
    """A copy of a resource with one to five changes; parts of ``donor`` may turn up in it."""
    held = [copy.deepcopy(resource)]
    for _ in range(source.choice((1, 1, 1, 2, 3, 5))):
        spots = _spots(held)
        if not spots:
            return {}
        owner, key = source.choice(spots[1:] or spots)
        source.choice(_CHANGES)(owner, key, spots, donor, source)
    return held[0] if held else {}


#: A container and the key or position in it.
_Spot = tuple[Json, Json]


def _spots(value: Json) -> list[_Spot]:
    found: list[_Spot] = []
    waiting = [value]
    while waiting and len(found) < 50_000:
        current = waiting.pop()
        members = current.items() if isinstance(current, dict) else enumerate(current)
        for key, one in members:
            found.append((current, key))
            if isinstance(one, dict | list):
                waiting.append(one)
    return found


def _replace(owner: Json, key: Json, spots: list[_Spot], donor: Json, source: Random) -> None:
    choices = source.choice((TEXTS, NUMBERS, OTHERS, OTHERS))
    owner[key] = copy.deepcopy(source.choice(choices))


def _delete(owner: Json, key: Json, spots: list[_Spot], donor: Json, source: Random) -> None:
    del owner[key]


def _double(owner: Json, key: Json, spots: list[_Spot], donor: Json, source: Random) -> None:
    one = copy.deepcopy(owner[key])
    if isinstance(owner, list):
        owner.insert(key, one)
    else:
        owner[source.choice((f"_{key}", f"{key}x", key.removeprefix("_"), source.choice(KEYS)))] = (
            one
        )


def _swap(owner: Json, key: Json, spots: list[_Spot], donor: Json, source: Random) -> None:
    other, at = source.choice(spots)
    owner[key], other[at] = copy.deepcopy(other[at]), copy.deepcopy(owner[key])


def _wrap(owner: Json, key: Json, spots: list[_Spot], donor: Json, source: Random) -> None:
    one = owner[key]
    owner[key] = source.choice(
        ([one], [one, one], {source.choice(KEYS): one}, [None, one], [[one]])
    )


def _unwrap(owner: Json, key: Json, spots: list[_Spot], donor: Json, source: Random) -> None:
    one = owner[key]
    if isinstance(one, dict | list) and one:
        owner[key] = source.choice(list(one.values()) if isinstance(one, dict) else one)


def _graft(owner: Json, key: Json, spots: list[_Spot], donor: Json, source: Random) -> None:
    given = _spots([donor])
    other, at = source.choice(given)
    owner[key] = copy.deepcopy(other[at])


def _rename(owner: Json, key: Json, spots: list[_Spot], donor: Json, source: Random) -> None:
    if isinstance(owner, dict):
        names = [name for one, name in spots if isinstance(one, dict)]
        owner[source.choice((*KEYS, source.choice(names or ["x"])))] = owner.pop(key)


def _nest(owner: Json, key: Json, spots: list[_Spot], donor: Json, source: Random) -> None:
    one = owner[key]
    name = source.choice(("extension", "item", "contained", "entry", "part", "section", "a"))
    for _ in range(source.choice((3, 30, 130))):
        one = {name: [one]}
    owner[key] = one


def _scribble(owner: Json, key: Json, spots: list[_Spot], donor: Json, source: Random) -> None:
    """Damage a text in itself."""
    texts = [(o, k) for o, k in spots if isinstance(o[k], str)]
    if not texts:
        return
    holder, name = source.choice(texts)
    text = holder[name][:20_000]
    at, until = sorted((source.randint(0, len(text)), source.randint(0, len(text))))
    piece = source.choice((*TEXTS, text[at:until] * 2, text.upper()))
    holder[name] = source.choice((text[:at] + piece + text[at:], text[:at] + text[until:], piece))


_CHANGES: Sequence[Callable[[Json, Json, list[_Spot], Json, Random], None]] = (
    _replace, _replace, _delete, _double, _swap, _wrap, _unwrap, _graft, _rename, _nest,
    _scribble, _scribble,
)  # fmt: skip


def damaged(data: bytes, source: Random) -> bytes:
    """A text with one to eight changes to its bytes."""
    for _ in range(source.choice((1, 1, 2, 4, 8))):
        at, until = sorted((source.randint(0, len(data)), source.randint(0, len(data))))
        until = min(until, at + source.choice((1, 1, 5, 50, 2_000)))
        piece = source.choice((
            source.choice(PIECES), source.choice(PIECES), b"", data[at:until] * 2,
            bytes([source.randrange(256)]),
        ))  # fmt: skip
        data = data[:at] + piece + data[source.choice((at, until)) :]
    return data


def tangled(text: str, source: Random) -> bytes:
    """An XML text whose elements and attributes were moved, doubled, renamed and dropped."""
    root = ElementTree.fromstring(text)
    for _ in range(source.choice((1, 1, 2, 4))):
        every = list(root.iter())
        parent, other = source.choice(every), source.choice(every)
        _tangle(parent, other, source)
    return ElementTree.tostring(root)


def _tangle(parent: ElementTree.Element, other: ElementTree.Element, source: Random) -> None:
    how = source.randrange(7)
    if how == 0 and len(parent):
        parent.remove(source.choice(list(parent)))
    elif how == 1:
        parent.append(copy.deepcopy(other))
    elif how == 2:
        parent.tag = source.choice(
            (
                other.tag,
                "x",
                "{x}y",
                "{http://hl7.org/fhir}value",
                "{http://www.w3.org/1999/xhtml}p",
            )
        )
    elif how == 3:
        parent.set(
            source.choice(("value", "id", "url", "xsi:x", "{a}b")), source.choice(_XML_TEXTS)
        )
    elif how == 4:
        parent.text = source.choice(_XML_TEXTS)
    elif how == 5 and len(parent) > 1:
        parent[:] = list(reversed(parent))
    else:
        parent.attrib.clear()


_CONTROL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_TEXTS = tuple(text for text in TEXTS if not _CONTROL.search(text))


def as_json(value: Json) -> bytes:
    """A value as JSON text: numbers with all of their digits, halves of surrogates escaped."""
    if isinstance(value, dict):
        inner = (f"{json.dumps(str(key))}:".encode() + as_json(one) for key, one in value.items())
        return b"{" + b",".join(inner) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(as_json, value)) + b"]"
    if isinstance(value, Decimal):
        return str(value).encode()
    return json.dumps(value).encode()
