"""The conduct of a conformant receiver: every rule of the standard, in its order."""

from __future__ import annotations

from types import MappingProxyType

from conformance_cli.reference.bars import booking_rules as booking
from conformance_cli.reference.bars import referral_rules as referral
from conformance_cli.reference.bars.bundle_rules import MESSAGE_RULES
from conformance_cli.reference.bars.capability import DEFINITION_RULES
from conformance_cli.reference.bars.conduct import Conduct, Stage, Workflow
from conformance_cli.reference.bars.decisions import DECISIONS, NO_WORKFLOW
from conformance_cli.reference.bars.direct import CREATE_RULES, PATCH_RULES, REPLACE_RULES
from conformance_cli.reference.bars.headers import REQUEST_RULES
from conformance_cli.reference.bars.patient_rules import PATIENT_RULES
from conformance_cli.reference.bars.reads import PATIENT_SEARCH_RULES, READ_RULES
from conformance_cli.reference.bars.receiver import not_in_process, not_yet_processed
from conformance_cli.reference.bars.registry import POINTER_RULES, REGISTRY_RULES
from conformance_cli.reference.bars.slots import SLOT_RULES

CONFORMANT = Conduct(
    rules=MappingProxyType(
        {
            Stage.REQUEST: REQUEST_RULES,
            Stage.DUPLICATES: (not_yet_processed, not_in_process),
            Stage.DEFINITIONS: DEFINITION_RULES,
            Stage.SLOTS: SLOT_RULES,
            Stage.PATIENTS: PATIENT_SEARCH_RULES,
            Stage.READ: READ_RULES,
            Stage.MESSAGE: MESSAGE_RULES,
            Stage.CREATE: CREATE_RULES,
            Stage.REPLACE: REPLACE_RULES,
            Stage.PATCH: PATCH_RULES,
            Stage.REGISTRY: REGISTRY_RULES,
            Stage.POINTER: POINTER_RULES,
            Workflow.NEW_BOOKING: (
                *booking.BOOKING_CONTENT,
                *PATIENT_RULES,
                booking.slot_is_known,
                booking.slot_is_free,
            ),
            Workflow.UPDATED_BOOKING: (*booking.CHANGE_RULES, booking.slot_is_free),
            Workflow.CANCELLED_BOOKING: booking.CHANGE_RULES,
            Workflow.NEW_REFERRAL: (
                *referral.REQUEST_CONTENT,
                referral.request_is_dated,
                *PATIENT_RULES,
            ),
            Workflow.CANCELLED_REFERRAL: booking.CHANGE_RULES,
            Workflow.NEW_VALIDATION: (
                *referral.REQUEST_CONTENT,
                referral.occurrence_is_bounded,
                *PATIENT_RULES,
            ),
            Workflow.UPDATED_VALIDATION: booking.CHANGE_RULES,
            Workflow.CANCELLED_VALIDATION: booking.CHANGE_RULES,
        }
    ),
    decisions=DECISIONS,
    otherwise=NO_WORKFLOW,
)
