"""The functions of FHIRPath by name."""

from collections.abc import Mapping

from conformance_cli.fhir.path.functions.collections import COLLECTIONS
from conformance_cli.fhir.path.functions.conversion import CONVERSION
from conformance_cli.fhir.path.functions.function import Function
from conformance_cli.fhir.path.functions.numbers import NUMBERS
from conformance_cli.fhir.path.functions.resources import RESOURCES
from conformance_cli.fhir.path.functions.strings import STRINGS

#: Every function; those of the clock are left out, see ``CLOCKS``.
FUNCTIONS: Mapping[str, Function] = {
    **COLLECTIONS,
    **CONVERSION,
    **NUMBERS,
    **RESOURCES,
    **STRINGS,
}
#: Functions that would read the clock, and what to write instead.
CLOCKS: Mapping[str, str] = {
    "now": "write ${now}",
    "today": "write ${today}",
    "timeOfDay": "write ${format(now, 'T%H:%M:%S')}",
}

__all__ = ["CLOCKS", "FUNCTIONS", "Function"]
