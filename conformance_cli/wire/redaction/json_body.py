"""JSON bodies, redacted token by token in place.

The text is not parsed and written anew: duplicate keys, odd numbers, white space and
plain syntax errors are often the very thing that the evidence is about.  The reader is
lenient for the same reason, and errs towards treating text as a value.
"""

from __future__ import annotations

import json
import re

from conformance_cli.wire.redaction.decide import decide
from conformance_cli.wire.redaction.json_reader import JsonReader, TooDeepError
from conformance_cli.wire.redaction.lessons import learn_from
from conformance_cli.wire.redaction.markers import Notes, marker
from conformance_cli.wire.redaction.scrubber import Scrubber, Treatment
from conformance_cli.wire.redaction.shapes import scrub_personal
from conformance_cli.wire.redaction.tree import Leaf, note_of
from conformance_cli.wire.redaction.urls import scrub_value

#: Where JSON may start inside other text; quotes may be escaped once more.
_EMBEDDED = re.compile(r'\{\s*\\*"|\[\s*(?:\{\s*\\*"|\\*")')
#: A line that starts as no line of JSON does ends JSON that is not whole.
_PROSE = re.compile(r"\n(?!\s*[\"{}\[\],]|\s*\Z)")
_DECODER = json.JSONDecoder(strict=False)


def redact_json(text: str, scrubber: Scrubber, notes: Notes) -> str:
    """The redacted text.  Also learns what it masks.  Raises ``TooDeepError``."""
    reader = JsonReader(text)
    decided = [(leaf, decide(leaf)) for leaf in reader.leaves]
    for leaf, (category, _) in decided:
        if category:
            learn_from(leaf, category, scrubber)
    edits = _edited_keys(reader.keys, scrubber, notes)
    edits += [(start, end, f'"{marker("unclear")}"') for start, end in reader.unclear]
    # Systems, codes and statuses repeat; nothing is learned any more from here on.
    treated: dict[tuple[str, Treatment], str] = {}
    for leaf, (category, treatment) in decided:
        value = leaf.value
        if category:
            new = _masked(leaf, category, scrubber, notes)
        else:
            new = treated.get((value, treatment)) or _treated(value, treatment, scrubber, notes)
            treated[value, treatment] = new
        if new != value:
            edits.append((leaf.start, leaf.end, json.dumps(new, ensure_ascii=False)))
    redacted = _edited(text, edits)
    if reader.unclear:  # its quotes may be out of step: look for labels in the whole text
        redacted = scrub_personal(redacted, notes)
    return scrubber.secrets.scrub(redacted, notes)


def redact_text(text: str, scrubber: Scrubber, notes: Notes) -> str:
    """Free text; JSON inside it is redacted as JSON.

    What follows an opening bracket and is no whole JSON value is taken for one that was
    cut short, up to the next line of prose.
    """
    pieces: list[str] = []
    done = 0
    while start := _EMBEDDED.search(text, done):
        pieces.append(scrub_value(text[done : start.start()], Treatment.TEXT, scrubber, notes))
        try:
            _, done = _DECODER.raw_decode(text, start.start())
        except ValueError:
            prose = _PROSE.search(text, start.end())
            done = prose.start() if prose else len(text)
        except RecursionError:
            raise TooDeepError from None
        pieces.append(redact_json(text[start.start() : done], scrubber, notes))
    pieces.append(scrub_value(text[done:], Treatment.TEXT, scrubber, notes))
    return "".join(pieces)


def _treated(value: str, treatment: Treatment, scrubber: Scrubber, notes: Notes) -> str:
    if treatment is Treatment.TEXT and ("{" in value or "[" in value):
        return redact_text(value, scrubber, notes)
    return scrub_value(value, treatment, scrubber, notes)


def _masked(leaf: Leaf, category: str, scrubber: Scrubber, notes: Notes) -> str:
    if leaf.value == "null" and not leaf.is_text:
        return leaf.value
    notes.add(note_of(leaf, category))
    scrubber.numbers.note(leaf.value, notes)
    return marker(category)


def _edited_keys(
    keys: list[tuple[int, int, str]], scrubber: Scrubber, notes: Notes
) -> list[tuple[int, int, str]]:
    clean = {}
    for name in {name for _, _, name in keys}:
        plain = name.isidentifier() and len(name) < 40
        clean[name] = (scrubber.secrets.scrub if plain else scrubber.text)(name, notes)
    return [
        (start, end, json.dumps(clean[name], ensure_ascii=False))
        for start, end, name in keys
        if clean[name] != name
    ]


def _edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end, new in sorted(edits):
        pieces += (text[done:start], new)
        done = end
    return "".join(pieces) + text[done:]
