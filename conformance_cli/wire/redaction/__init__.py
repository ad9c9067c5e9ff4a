"""Redaction: what an exchange held becomes what may be written.

The order is part of the promise: known secret values first, then names of headers,
parameters and fields, then tokens by their shape, then personal data by structure, then
personal values seen anywhere before.
"""

from __future__ import annotations

from conformance_cli.wire.redaction.redactor import Redactor

__all__ = ["Redactor"]
