"""Test data that is true of every receiver, and what the receiver offers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from conformance_cli.reference.bars.receiver import SENT_REFERRAL, SENT_VALIDATION
from conformance_cli.reference.bars.services import BARRED_ORGANISATION, URGENT_CARE

#: Pack fixture to value; the pack has good defaults for everything else.
FIXTURES: Mapping[str, str] = MappingProxyType(
    {
        "service": URGENT_CARE.id,
        "healthcare-service": URGENT_CARE.id,
        "refused-organisation": BARRED_ORGANISATION,
        "sent-referral": SENT_REFERRAL,
        "sent-validation": SENT_VALIDATION,
    }
)

#: Profile option to whether the receiver offers it.
OPTIONS: Mapping[str, bool] = MappingProxyType(
    {
        "booking": True,
        "referral": True,
        "validation": True,
        "responses": True,
        "target-header": True,
        "access-control": True,
        "multi-schedule": True,
        "sender": False,
        "direct-writes": True,
        "document-references": True,
    }
)
