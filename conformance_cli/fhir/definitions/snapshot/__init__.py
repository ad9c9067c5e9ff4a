"""Snapshots made from differentials (http://hl7.org/fhir/R4/profiling.html#snapshot)."""

from conformance_cli.fhir.definitions.snapshot.generator import Generator, generate

__all__ = ["Generator", "generate"]
