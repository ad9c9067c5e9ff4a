"""FHIRPath over plain JSON, behind a Protocol.  Imports nothing else of ours."""

from conformance_cli.fhir.errors import FhirPathError
from conformance_cli.fhir.path.fhirpath import FhirPath, default_fhirpath
from conformance_cli.fhir.path.literals import literal

__all__ = ["FhirPath", "FhirPathError", "default_fhirpath", "literal"]
