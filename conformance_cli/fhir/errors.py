"""What can be wrong with a FHIRPath expression."""

from __future__ import annotations


class FhirPathError(Exception):
    """An expression that cannot be read or evaluated; its text names the expression."""

    def __init__(self, expression: str, problem: str) -> None:
        shown = expression if len(expression) <= 160 else expression[:157] + "..."
        super().__init__(f"{problem} (FHIRPath: {shown})")
        self.expression = expression
        self.problem = problem


class UnreadableError(Exception):
    """A text that holds no resource; says why."""
