"""Reference suppliers with plantable faults, used by ``demo``, ``pack test`` and tests."""

from conformance_cli.reference.faults import Fault
from conformance_cli.reference.identity import Identity, loopback_identity
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
    "Identity",
    "ReferenceSupplier",
    "RunningSupplier",
    "loopback_identity",
    "serve",
    "supplier",
    "suppliers",
]
