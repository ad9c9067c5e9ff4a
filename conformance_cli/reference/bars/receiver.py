"""The receiver: one running instance with its state, and what rules get to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conformance_cli.reference.bars.calls import Call
from conformance_cli.reference.bars.conduct import Conduct
from conformance_cli.reference.bars.diary import Diary, Slot
from conformance_cli.reference.bars.headers import (
    CORRELATION_ID,
    REQUEST_ID,
    Version,
    target_of,
)
from conformance_cli.reference.bars.json_paths import stamp, text
from conformance_cli.reference.bars.messages import Message
from conformance_cli.reference.bars.outcomes import Problem, duplicate, too_early
from conformance_cli.reference.bars.pointers import is_wanted, pointer, pointer_to
from conformance_cli.reference.bars.services import SERVICES, URGENT_CARE, Service, fixed_id
from conformance_cli.reference.bars.store import (
    Clock,
    Identities,
    Ledger,
    Record,
    Records,
    RequestKey,
)

#: Ids of request messages that the receiver counts as sent by itself, so that responses
#: to them make sense from the first moment on.
SENT_REFERRAL = fixed_id("sent referral")
SENT_VALIDATION = fixed_id("sent validation")

#: The version of the API that brought the registry of pointers.
REGISTRY_SINCE: Version = (1, 1)


class Receiver:
    """A conformant or misbehaving instance.  Handlers run one at a time, never in parallel."""

    def __init__(self, version: Version, conduct: Conduct, clock: Clock) -> None:
        self.version = version
        self.conduct = conduct
        self.clock = clock
        self.diary = Diary(SERVICES.values(), clock())
        self.appointments = Records()
        self.service_requests = Records()
        self.documents = Records()
        self.ledger = Ledger()
        self.identities = Identities()
        #: How many requests were answered.
        self.served = 0
        #: Bundle ids of every message processed here or sent from here.
        self.messages = {SENT_REFERRAL, SENT_VALIDATION}

    def now(self) -> datetime:
        """The receiver's own time."""
        return self.clock()

    def stamp(self) -> str:
        """The receiver's own time as a FHIR instant."""
        return stamp(self.clock())

    def keep(self, record: Record) -> Record:
        """Store a new resource or a new version of one, and see to its pointer."""
        resource_type = text(record.resource, "resourceType")
        kept = self.records(resource_type).keep(record, self.now())
        if resource_type != "DocumentReference" and self.version >= REGISTRY_SINCE:
            self._point_at(kept)
        return kept

    def forget(self, record: Record) -> None:
        """Remove a resource with all its versions, and its pointer."""
        self.records(text(record.resource, "resourceType")).remove(record.id)
        if old := pointer_to(self.documents, record.id):
            self.documents.remove(old.id)

    def _point_at(self, record: Record) -> None:
        old = pointer_to(self.documents, record.id)
        if is_wanted(record):
            pointer_id = old.id if old else self.identities.mint()
            document = pointer(record, pointer_id, self.stamp())
            self.documents.keep(Record(document, record.person), self.now())
        elif old is not None:
            self.documents.remove(old.id)

    def records(self, resource_type: str) -> Records:
        """Where resources of a type are kept."""
        return {
            "Appointment": self.appointments,
            "ServiceRequest": self.service_requests,
            "DocumentReference": self.documents,
        }[resource_type]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A write that has just arrived."""

    call: Call
    ledger: Ledger

    @property
    def key(self) -> RequestKey:
        """Its ids, which are compared whatever their case."""
        ids = (self.call.header(name).lower() for name in (REQUEST_ID, CORRELATION_ID))
        return RequestKey(*ids)


def not_yet_processed(attempt: Attempt) -> Problem | None:
    """BARS-TI-001, row H2: what was processed is not processed again."""
    return duplicate() if attempt.key in attempt.ledger.processed else None


def not_in_process(attempt: Attempt) -> Problem | None:
    """BARS-TI-003: a retry waits for the end of the first attempt."""
    return too_early() if attempt.key in attempt.ledger.in_process else None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that has arrived, beside everything that it has to be held against."""

    call: Call
    message: Message
    receiver: Receiver

    @property
    def service(self) -> Service:
        """The service that it is meant for."""
        return SERVICES.get(target_of(self.call) or "", URGENT_CARE)

    @property
    def slot(self) -> Slot | None:
        """The slot of the diary that the Appointment takes."""
        return self.receiver.diary.find(text(self.message.slot, "id"))

    @property
    def held(self) -> Record | None:
        """What is held here of the resource in focus."""
        if self.message.focus_type not in ("Appointment", "ServiceRequest"):
            return None
        return self.receiver.records(self.message.focus_type).find(self.message.focus_id)

    @property
    def answers_known_message(self) -> bool:
        """Whether it responds to a message that was processed here or sent from here."""
        return text(self.message.header, "response", "identifier") in self.receiver.messages
