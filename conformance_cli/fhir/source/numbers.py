"""Numbers as they are written: decimals keep their digits, monstrous ones are refused."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

#: Numbers up to this length are taken as they are; longer ones are looked at first.
_PLAIN = 20
_MAX_LENGTH = 1_000
_MAX_EXPONENT = 6_000


def read_decimal(literal: str) -> Decimal:
    """The value of a number with a point or an exponent.

    Raises ``ValueError`` where it is none, and for numbers that are so long, or whose
    exponent is so large, that to calculate with them would exhaust the machine.
    """
    if len(literal) > _PLAIN or "e" in literal or "E" in literal:
        exponent = literal.lower().partition("e")[2].lstrip("+-0")
        if len(literal) > _MAX_LENGTH or len(exponent) > 4 or int(exponent or 0) > _MAX_EXPONENT:
            raise ValueError(literal[:_PLAIN])
    try:
        return Decimal(literal)
    except InvalidOperation as err:
        raise ValueError(literal[:_PLAIN]) from err


def read_number(literal: str) -> int | Decimal:
    """The value of a number: whole ones without a point are ``int``.  Raises ``ValueError``."""
    if literal.removeprefix("-").isdecimal():
        return int(literal)
    return read_decimal(literal)
