"""Every fault that can be planted in the BaRS reference supplier."""

from __future__ import annotations

from conformance_cli.reference.bars.faults_bookings import BOOKING_FAULTS
from conformance_cli.reference.bars.faults_capability import CAPABILITY_FAULTS
from conformance_cli.reference.bars.faults_direct import DIRECT_FAULTS
from conformance_cli.reference.bars.faults_errors import ERROR_FAULTS
from conformance_cli.reference.bars.faults_headers import HEADER_FAULTS
from conformance_cli.reference.bars.faults_integrity import INTEGRITY_FAULTS
from conformance_cli.reference.bars.faults_messages import MESSAGE_FAULTS
from conformance_cli.reference.bars.faults_reads import READ_FAULTS
from conformance_cli.reference.bars.faults_referrals import REFERRAL_FAULTS
from conformance_cli.reference.bars.faults_slots import SLOT_FAULTS
from conformance_cli.reference.bars.faults_workflow import WORKFLOW_FAULTS
from conformance_cli.reference.bars.planted import Planted

FAULTS: tuple[Planted, ...] = (
    *HEADER_FAULTS,
    *ERROR_FAULTS,
    *INTEGRITY_FAULTS,
    *CAPABILITY_FAULTS,
    *SLOT_FAULTS,
    *MESSAGE_FAULTS,
    *BOOKING_FAULTS,
    *READ_FAULTS,
    *REFERRAL_FAULTS,
    *WORKFLOW_FAULTS,
    *DIRECT_FAULTS,
)
