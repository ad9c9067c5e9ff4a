"""NHS numbers: ten digits, the last a check digit modulo 11 (NHS Data Dictionary)."""

from __future__ import annotations

from collections.abc import Iterable

from conformance_cli.model.diagnostics import ConformanceError

#: Numbers that were never issued and are set aside for testing.
TEST_RANGES = (("9990000000", "9999999999"),)
_WEIGHTS = (10, 9, 8, 7, 6, 5, 4, 3, 2)


def is_valid(digits: str) -> bool:
    """Whether ten digits are a valid NHS number."""
    if len(digits) != 10 or not (digits.isascii() and digits.isdigit()):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    check = (11 - total % 11) % 11
    return check < 10 and check == int(digits[9])


class TestRanges:
    """The ranges of NHS numbers that are declared to belong to no person."""

    __test__ = False

    def __init__(self, ranges: Iterable[tuple[str, str]] = TEST_RANGES) -> None:
        self._ranges = []
        for first, last in ranges:
            low, high = first.replace(" ", ""), last.replace(" ", "")
            if not (low.isdigit() and high.isdigit() and len(low) == len(high) == 10):
                raise ConformanceError.of(
                    "test-range-invalid", f"{first} to {last} is no range of NHS numbers"
                )
            self._ranges.append((low, high))

    def __contains__(self, digits: object) -> bool:
        return isinstance(digits, str) and any(low <= digits <= high for low, high in self._ranges)
