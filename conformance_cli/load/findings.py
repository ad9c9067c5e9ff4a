"""What lint finds: diagnostics with a severity."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from conformance_cli.model.diagnostics import Diagnostic


class Severity(Enum):
    """An error stops the definition from being used; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that lint has to say."""

    severity: Severity
    diagnostic: Diagnostic
