"""The functions of FHIRPath by name."""

from collections.abc import Mapping

from conformance_cli.fhir.path.functions.boundaries import BOUNDARIES
from conformance_cli.fhir.path.functions.clock import CLOCK, CLOCKS
from conformance_cli.fhir.path.functions.collections import COLLECTIONS
from conformance_cli.fhir.path.functions.conversion import CONVERSION
from conformance_cli.fhir.path.functions.function import Function
from conformance_cli.fhir.path.functions.numbers import NUMBERS
from conformance_cli.fhir.path.functions.resources import RESOURCES
from conformance_cli.fhir.path.functions.strings import STRINGS
from conformance_cli.fhir.path.functions.types import TYPES

#: Every function.
FUNCTIONS: Mapping[str, Function] = {
    **BOUNDARIES,
    **CLOCK,
    **COLLECTIONS,
    **CONVERSION,
    **NUMBERS,
    **RESOURCES,
    **STRINGS,
    **TYPES,
}

__all__ = ["CLOCKS", "FUNCTIONS", "Function"]
