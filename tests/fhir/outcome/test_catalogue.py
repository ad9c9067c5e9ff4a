"""The catalogue knows every message that the library can say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import conformance_cli.fhir
from conformance_cli.fhir.outcome.catalogue import MODULES, by_module, messages

ROOT = Path(conformance_cli.fhir.__file__).parent
MAKERS = {"fatal", "error", "warning", "information", "Message"}
#: https://hl7.org/fhir/R4/valueset-issue-type.html
_TYPES = """
invalid structure required value invariant security login unknown expired forbidden
suppressed processing not-supported duplicate multiple-matches not-found deleted too-long
code-invalid extension too-costly business-rule conflict transient lock-error no-store
exception timeout incomplete throttled informational
"""
ISSUE_TYPES = frozenset(_TYPES.split())
DECLARED = [(name, message) for name, found in by_module().items() for message in found]


def declaring_modules() -> set[str]:
    """Modules that bind a message to a name at their top, found by reading them."""
    found = set()
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if isinstance(value, ast.Call) and getattr(value.func, "id", "") in MAKERS:
                found.add(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return found


def test_every_module_that_declares_messages_is_listed() -> None:
    assert sorted(MODULES) == sorted(declaring_modules())


def test_ids_are_unique_over_the_library() -> None:
    first: dict[str, str] = {}
    for name, message in DECLARED:
        assert first.setdefault(message.id, name) == name, f"{message.id} is declared twice"
    assert len(messages()) == len({id(message) for _, message in DECLARED})


@pytest.mark.parametrize(
    "message", [message for _, message in DECLARED], ids=lambda message: message.id
)
def test_a_message_is_complete(message) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", message.id)
    assert message.code in ISSUE_TYPES
    assert message.text.strip()
    assert message.about.strip()
