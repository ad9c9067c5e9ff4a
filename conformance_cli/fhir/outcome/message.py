"""Messages: the texts of issues, each under a stable id."""

from __future__ import annotations

from msgspec import Struct

from conformance_cli.fhir.outcome.issue import Severity
from conformance_cli.fhir.regex import Regex

_VALUE = Regex(r"\{(\w+)[^{}]*\}")
#: What may be added to a text, and follows its last word without a space.
_ADDED = Regex(r"(?<=[\w)])\{(?:hint|reason|about)\}")


class Message(Struct, frozen=True):
    """A kind of issue.

    ``id`` is words joined by hyphens (``element-minimum``) and is never reused; ``code`` is
    the FHIR issue type; ``text`` is a template for ``str.format``; ``about`` says why the
    rule is there, with its source.
    """

    id: str
    code: str
    text: str
    about: str
    severity: Severity = Severity.ERROR

    @property
    def outline(self) -> str:
        """The text with ``<value set>`` and the like where values go."""
        text = _ADDED.sub("", self.text)
        return _VALUE.sub(lambda found: f"<{found[1].replace('_', ' ')}>", text)


def fatal(id: str, code: str, text: str, about: str) -> Message:  # noqa: A002 - FHIR says id
    """A message of something that stops validation."""
    return Message(id, code, text, about, Severity.FATAL)


def error(id: str, code: str, text: str, about: str) -> Message:  # noqa: A002
    """A message of something that makes a resource invalid."""
    return Message(id, code, text, about)


def warning(id: str, code: str, text: str, about: str) -> Message:  # noqa: A002
    """A message of something that ought to be mended."""
    return Message(id, code, text, about, Severity.WARNING)


def information(id: str, code: str, text: str, about: str) -> Message:  # noqa: A002
    """A message of something worth knowing, such as what could not be checked."""
    return Message(id, code, text, about, Severity.INFORMATION)
