"""NHS numbers: ten digits whose last one is a Modulus 11 check digit.

NHS Data Model and Dictionary, attribute NHS NUMBER: the first nine digits are multiplied
by 10 down to 2 and added up; 11 less the remainder of the sum by 11 is the check digit,
where 11 stands for 0 and 10 makes the number invalid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TEN_DIGITS = re.compile(r"(?<![0-9A-Za-z])([0-9]{3})([ -]?)([0-9]{3})\2([0-9]{4})(?![0-9A-Za-z])")


def is_nhs_number(text: str) -> bool:
    """Whether it is ten digits that pass the check."""
    if len(text) != 10 or not (text.isascii() and text.isdigit()):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), text, strict=False))
    return (11 - total % 11) % 11 == int(text[9])


def nhs_numbers(text: str) -> Iterator[str]:
    """Every valid NHS number in a text, also written ``943 476 5919`` or ``943-476-5919``."""
    for match in _TEN_DIGITS.finditer(text):
        number = match[1] + match[3] + match[4]
        if is_nhs_number(number):
            yield number
