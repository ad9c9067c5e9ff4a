"""Explanations of the tool's own words: verdicts, outcomes, codes, causes, messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance_cli.cli.explaining.codes import CODES
from conformance_cli.cli.explaining.words import (
    CAUSES,
    EFFECTS,
    EXIT_CODES,
    OUTCOMES,
    PRECEDENCE_NOTE,
    VERDICTS,
    Explanation,
)
from conformance_cli.cli.output import fields, wrapped
from conformance_cli.model.diagnostics import ExitCode

#: Kind of word to its table; the first one that has the word is shown first.
_KINDS: Mapping[str, Mapping[str, Explanation]] = {
    "verdict": VERDICTS,
    "outcome": OUTCOMES,
    "error code": CODES,
    "reason for no verdict": CAUSES,
    "effect of a test": EFFECTS,
}
_LISTS = {
    "exit-codes": "exit code",
    "verdicts": "verdict",
    "outcomes": "outcome",
    "effects": "effect of a test",
    "causes": "reason for no verdict",
    "error-codes": "error code",
}
#: How what is said about a message begins, where it only says what states the rule.
_CITED = ("http", "FHIR R", "RFC")
_MESSAGES = ("validation-messages", "validation-message")


def text(word: str) -> str:
    """What a built-in word means; empty if it is none."""
    plain = word.strip().lower().replace("_", "-").replace(" ", "-")
    if plain in ("exit-codes", "exit-code"):
        return _all_exit_codes()
    if plain in _MESSAGES:
        return _all_messages()
    if plain in _LISTS:
        table = _KINDS[_LISTS[plain]]
        return "\n\n".join(_one(name, _LISTS[plain], item) for name, item in table.items())
    if plain.removeprefix("exit-").isdecimal() and _exit_code(plain):
        return _exit_code(plain)
    found = [_one(plain, kind, table[plain]) for kind, table in _KINDS.items() if plain in table]
    # ids of messages are in small letters, those of requirements are not, and looking costs
    return "\n\n".join(found) or (_message(plain) if word == word.lower() else "")


def names() -> Iterator[str]:
    """Every built-in word."""
    yield from _LISTS
    yield _MESSAGES[0]
    for table in _KINDS.values():
        yield from table
    from conformance_cli.fhir.outcome.catalogue import messages

    yield from messages()


def _one(name: str, kind: str, item: Explanation) -> str:
    lines = [f"{name}  ({kind})", wrapped(item.meaning, indent="  ")]
    if item.remedy:
        lines.append(wrapped(item.remedy, indent="        ", first="  What to do: "))
    return "\n".join(lines)


def _message(plain: str) -> str:
    """A message of the validator; empty where there is none of this id."""
    from conformance_cli.fhir.outcome.catalogue import messages

    message = messages().get(plain)
    if message is None:
        return ""
    parts = [
        f"{message.id}  (validation message)",
        wrapped(message.outline, indent="  "),
        "",
        fields(
            (
                ("Source" if message.about.startswith(_CITED) else "Why", message.about),
                ("Severity", f"{message.severity.value}, where nothing says otherwise"),
                ("FHIR code", message.code),
            )
        ),
    ]
    return "\n".join(parts)


def _all_messages() -> str:
    from conformance_cli.fhir.outcome.catalogue import messages

    return "\n".join(
        wrapped(message.outline, indent="    ", first=f"{id_}  {message.severity.value}  ")
        for id_, message in sorted(messages().items())
    )


def _exit_code(plain: str) -> str:
    number = int(plain.removeprefix("exit-"))
    if number not in EXIT_CODES:
        return ""
    return _one(f"{number} {_name(number)}", "exit code", EXIT_CODES[number])


def _all_exit_codes() -> str:
    shown = []
    for number, item in EXIT_CODES.items():
        meaning = f"{item.meaning} {item.remedy}".strip()
        shown.append(f"{number:>3}  {_name(number)}\n" + wrapped(meaning, indent="     "))
    return "\n\n".join([*shown, PRECEDENCE_NOTE])


def _name(number: int) -> str:
    return ExitCode(number).name.lower().replace("_", "-")
