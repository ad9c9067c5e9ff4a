"""Reference suppliers with plantable faults, used by ``demo``, ``pack test`` and tests."""

from conformance_cli.reference.faults import Fault
from conformance_cli.reference.serve import RunningSupplier, serve
from conformance_cli.reference.supplier import (
    Application,
    ReferenceSupplier,
    supplier,
    suppliers,
)

__all__ = [
    "Application",
    "Fault",
    "ReferenceSupplier",
    "RunningSupplier",
    "serve",
    "supplier",
    "suppliers",
]
