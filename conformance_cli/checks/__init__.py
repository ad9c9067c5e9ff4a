"""The assertion library: pure functions over exchanges."""

from conformance_cli.checks.finding import Finding
from conformance_cli.checks.parsing import ParsedBody
from conformance_cli.checks.registry import FHIRPATH_KEYS, Check, argument_problems, find, names
from conformance_cli.checks.subject import Subject

__all__ = [
    "FHIRPATH_KEYS",
    "Check",
    "Finding",
    "ParsedBody",
    "Subject",
    "argument_problems",
    "find",
    "names",
]
