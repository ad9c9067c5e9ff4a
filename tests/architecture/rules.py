"""The rules of ARCHITECTURE.md, each as a function from a module to its offences."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from tests.architecture.source import PACKAGE, Source

#: Which layers each layer may import.  Its own is always allowed, and ``cli`` composes all.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "model": frozenset(),
    "expressions": frozenset({"model"}),
    "fhir": frozenset(),
    "judge": frozenset({"expressions", "model"}),
    "checks": frozenset({"fhir", "expressions", "model"}),
    "load": frozenset({"checks", "judge", "fhir", "expressions", "model"}),
    "wire": frozenset({"model"}),
    "store": frozenset({"model"}),
    "reference": frozenset({"model"}),
    "reporting": frozenset({"model"}),
    "engine": frozenset({"checks", "judge", "fhir", "expressions", "model"}),
}
EVERYTHING = frozenset({"cli", *MAY_IMPORT})

#: The clock is read here; below, time is an argument.
MAY_READ_CLOCK = frozenset({"cli", "engine", "wire", "store", "reference"})
CLOCKS = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "time.time",
        "time.time_ns",
    }
)
#: Parts of the FHIR library that talk to a registry or server, and only if the user names it.
MAY_ASK_SERVICES = (
    "conformance_cli.fhir.network",
    "conformance_cli.fhir.packages.",
    "conformance_cli.fhir.terminology.",
    "conformance_cli.fhir.second_opinion.",
)
LONGEST_MODULE = 400

Offences = Iterator[tuple[int, str]]


def imports_only_downward(source: Source) -> Offences:
    """An import goes to a layer below, and not to a sibling."""
    if source.layer == "cli" or not source.layer:
        # ``__main__`` starts the command line; nothing else beside the layers imports any
        allowed = EVERYTHING if source.layer == "cli" else frozenset({"cli"})
    else:
        allowed = MAY_IMPORT.get(source.layer, frozenset()) | {source.layer}
    for line, name in source.imports():
        target = _layer_of(name)
        if target and target not in allowed:
            yield line, f"{source.layer or source.name} must not import {target} ({name})"


def model_is_standard_library_only(source: Source) -> Offences:
    """The vocabulary depends on nothing that has to be installed."""
    if source.layer != "model":
        return
    for line, name in source.imports():
        top = name.partition(".")[0]
        if top != PACKAGE and top not in sys.stdlib_module_names:
            yield line, f"model must not import {top}"


def only_wire_imports_requests(source: Source) -> Offences:
    """Nothing else opens connections to the target; services named by the user are no targets."""
    allowed = source.layer == "wire" or source.name.startswith(MAY_ASK_SERVICES)
    for line, name in source.imports():
        if name.partition(".")[0] == "requests" and not allowed:
            yield line, "only wire imports requests"


def only_cli_prints(source: Source) -> Offences:
    """Everything else returns or yields what it has to say."""
    for line, name in source.calls():
        if name in ("print", "builtins.print") and source.layer != "cli":
            yield line, "only cli prints"


def clock_is_an_argument(source: Source) -> Offences:
    """Pure layers get the time from their caller."""
    for line, name in source.calls():
        if name in CLOCKS and source.layer not in MAY_READ_CLOCK:
            yield line, f"{source.layer or source.name} must not read the clock ({name})"


def modules_stay_small(source: Source) -> Offences:
    """Past this length a module is two things."""
    length = len(source.text.splitlines())
    if length > LONGEST_MODULE:
        yield LONGEST_MODULE + 1, f"{length} lines; {LONGEST_MODULE} at most"


RULES: tuple[Callable[[Source], Offences], ...] = (
    imports_only_downward,
    model_is_standard_library_only,
    only_wire_imports_requests,
    only_cli_prints,
    clock_is_an_argument,
    modules_stay_small,
)


def _layer_of(name: str) -> str:
    """The layer that a dotted name belongs to; empty for what is not a layer of ours."""
    parts = name.split(".")
    return parts[1] if parts[0] == PACKAGE and len(parts) > 1 and parts[1] in EVERYTHING else ""
