"""The catalogue knows every message that the library can say."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest
from msgspec.structs import replace

import conformance_cli.fhir
from conformance_cli.fhir.outcome.catalogue import by_module, messages
from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.outcome.message import Message

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


def test_every_module_that_declares_messages_is_found() -> None:
    assert declaring_modules() <= set(by_module())


def test_an_id_belongs_to_one_message_whatever_its_severity() -> None:
    homes: dict[str, dict[Message, str]] = defaultdict(dict)
    for name, message in DECLARED:
        homes[message.id].setdefault(replace(message, severity=Severity.ERROR), name)
    assert {id_: list(found.values()) for id_, found in homes.items() if len(found) > 1} == {}


@pytest.mark.parametrize("message", messages().values(), ids=lambda message: message.id)
def test_a_message_is_complete(message) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", message.id)
    assert message.code in ISSUE_TYPES
    assert message.text.strip()
    assert message.about.strip()
    # programs that show rules, and people who look one up, see no braces
    assert not set(message.outline) & set("{}") or "{{" in message.text
