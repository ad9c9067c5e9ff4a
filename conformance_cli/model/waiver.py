"""Waivers: known failures with a name, a reason and an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conformance_cli.model.diagnostics import Location


@dataclass(frozen=True, slots=True)
class Waiver:
    """An accepted deviation.  It overlays a verdict; it never makes it a pass."""

    requirement: str
    reason: str
    approver: str
    expires: date
    #: Role of the approver, e.g. ``assessor``.
    role: str = ""
    reference: str = ""
    #: Empty means any product.
    product: str = ""
    #: SemVer range of profile versions; empty means any.
    profile_versions: str = ""
    location: Location = Location("")
