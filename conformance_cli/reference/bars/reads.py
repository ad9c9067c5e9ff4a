"""GET /Appointment and GET /ServiceRequest: by patient, by id, by version (section RD)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from conformance_cli.reference.bars.calls import Call, Reply
from conformance_cli.reference.bars.conduct import Check, Stage
from conformance_cli.reference.bars.headers import Version
from conformance_cli.reference.bars.json_paths import day, every, is_uuid, text
from conformance_cli.reference.bars.outcomes import (
    Problem,
    Refused,
    bad_value,
    not_found,
    required,
)
from conformance_cli.reference.bars.receiver import Receiver
from conformance_cli.reference.bars.searchsets import searchset
from conformance_cli.reference.bars.store import Record, Records, compact_postcode
from conformance_cli.reference.bars.vocabulary import NHS_NUMBER, same_system

IDENTIFIER = "patient:identifier"
NAME = "patient:name"
BIRTH_DATE = "patient:birthdate"
POSTCODE = "patient:address-postalcode"
DEMOGRAPHICS = (NAME, BIRTH_DATE, POSTCODE)

_DEMOGRAPHICS_SINCE: Version = (1, 1)
_REFERRAL_IDENTIFIERS = ("identifier", "ServiceRequest.identifier")


@dataclass(frozen=True, slots=True)
class PatientSearch:
    """A search by patient as it was asked."""

    call: Call
    version: Version

    @property
    def identifier(self) -> tuple[str, str] | None:
        """System and value, if they have their form."""
        system, bar, value = (self.call.value(IDENTIFIER) or "").partition("|")
        return (system, value) if system and bar and value and "|" not in value else None

    @property
    def by_demographics(self) -> bool:
        """Whether it asks by name and not by number, which came with API 1.1.0."""
        asked = any(self.call.value(name) for name in DEMOGRAPHICS)
        return asked and self.version >= _DEMOGRAPHICS_SINCE and not self.call.value(IDENTIFIER)

    def finds(self, record: Record) -> bool:
        """Whether a record is what is being looked for."""
        return self._finds_person(record) and self._finds_number(record)

    def _finds_person(self, record: Record) -> bool:
        person = record.person
        if self.by_demographics:
            words = (self.call.value(NAME) or "").lower().split()
            return (
                all(any(name.startswith(word) for name in person.names) for word in words)
                and (self.call.value(BIRTH_DATE) or "").removeprefix("eq") == person.birth_date
                and compact_postcode(self.call.value(POSTCODE) or "") in person.postcodes
            )
        system, value = self.identifier or ("", "")
        return same_system(system, NHS_NUMBER) and bool(value) and value == person.nhs_number

    def _finds_number(self, record: Record) -> bool:
        asked = next(filter(None, map(self.call.value, _REFERRAL_IDENTIFIERS)), None)
        if asked is None or text(record.resource, "resourceType") != "ServiceRequest":
            return True
        return any(
            asked in (text(i, "value"), f"{text(i, 'system')}|{text(i, 'value')}")
            for i in every(record.resource, "identifier")
        )


def patient_is_present(search: PatientSearch) -> Problem | None:
    """BARS-RD-006, BARS-RD-106: a search is always for somebody."""
    if search.call.value(IDENTIFIER) or search.by_demographics:
        return None
    return required(f"The parameter {IDENTIFIER} is missing.")


def patient_identifier_has_its_form(search: PatientSearch) -> Problem | None:
    """BARS-RD-007, BARS-RD-107: a patient is identified by system and value."""
    if not search.call.value(IDENTIFIER) or search.identifier:
        return None
    return bad_value(f"The parameter {IDENTIFIER} is not system|value.")


def demographics_are_complete(search: PatientSearch) -> Problem | None:
    """BARS-RD-008: name, birth date and postcode only count together."""
    if not search.by_demographics or all(search.call.value(name) for name in DEMOGRAPHICS):
        return None
    return required(f"The parameters {', '.join(DEMOGRAPHICS)} go together.")


def birth_date_is_possible(search: PatientSearch) -> Problem | None:
    """BARS-RD-008: the birth date is a date, compared for equality."""
    asked = (search.call.value(BIRTH_DATE) or "").removeprefix("eq")
    if not search.by_demographics or not asked or day(asked, time.min):
        return None
    return bad_value(f"The parameter {BIRTH_DATE} is not a date.")


PATIENT_SEARCH_RULES: tuple[Check, ...] = (
    patient_is_present,
    patient_identifier_has_its_form,
    demographics_are_complete,
    birth_date_is_possible,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One resource that is asked for by its id."""

    call: Call
    records: Records

    @property
    def asked(self) -> str:
        """The id that the path holds."""
        return self.call.parts.get("id", "")

    @property
    def record(self) -> Record | None:
        """What is held under that id, in the version asked for."""
        if "version" in self.call.parts:
            return self.records.version(self.asked, self.call.parts["version"])
        return self.records.find(self.asked)


def id_is_uuid(reading: Reading) -> Problem | None:
    """BARS-RD-002, BARS-RD-102: ids are UUIDs."""
    return None if is_uuid(reading.asked) else bad_value("The id is not a UUID.")


def resource_is_here(reading: Reading) -> Problem | None:
    """BARS-RD-003, BARS-RD-103: what is not here is not found."""
    return None if reading.record else not_found("There is no such resource.")


READ_RULES: tuple[Check, ...] = (id_is_uuid, resource_is_here)


def resource_type(call: Call) -> str:
    """The resource type that a path is about."""
    return call.path.split("/")[1]


def search_by_patient(receiver: Receiver, call: Call) -> Reply:
    """All current versions of one patient's resources."""
    search = PatientSearch(call, receiver.version)
    receiver.conduct.enforce(Stage.PATIENTS, search)
    records = receiver.records(resource_type(call))
    found = [record.resource for record in records if search.finds(record)]
    return Reply(200, searchset(receiver, call, found))


def held(receiver: Receiver, call: Call) -> Record:
    """The record that a path names; refuses the request where there is none."""
    reading = Reading(call, receiver.records(resource_type(call)))
    receiver.conduct.enforce(Stage.READ, reading)
    if reading.record is None:
        # Even where a fault skips the rule there is nothing to return.
        raise Refused(not_found("There is no such resource."))
    return reading.record


def read(receiver: Receiver, call: Call) -> Reply:
    """One resource, in its newest or in a former version."""
    return Reply(200, held(receiver, call).resource)
