"""What is sent to another validator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from conformance_cli.fhir.second_opinion.comparison import Opinion


@dataclass(frozen=True, slots=True)
class Question:
    """A resource as it was read, and the profiles that it is to be judged by."""

    data: bytes
    format: Literal["json", "xml"]
    resource_type: str | None = None
    profiles: Sequence[str] = ()


class Service(Protocol):
    """Another validator."""

    @property
    def url(self) -> str:
        """Where resources are sent."""

    def ask(self, question: Question) -> Opinion:
        """Its opinion of one resource."""


def service_at(url: str, fhir_version: str, packages: Sequence[str] = ()) -> Service:
    """The service behind a URL.

    One that ends in ``/validate`` is a service around HL7's validator, anything else the
    base of a FHIR server.  ``packages`` are ``name@version``.
    """
    from conformance_cli.fhir.second_opinion.server import FhirServer
    from conformance_cli.fhir.second_opinion.wrapper import ValidatorWrapper

    if url.rstrip("/").endswith("/validate"):
        names = [package.replace("@", "#") for package in packages]
        return ValidatorWrapper(url, fhir_version, names)
    return FhirServer(url.removesuffix("/$validate"))
