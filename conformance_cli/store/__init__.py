"""The run directory: an append-only journal, and evidence.  Reads and writes no more."""

from conformance_cli.store.codec import CodecError, decode, encode
from conformance_cli.store.directory import RunDirectory
from conformance_cli.store.evidence import load_evidence
from conformance_cli.store.reading import evidence_problems, latest_run, load_run

__all__ = [
    "CodecError",
    "RunDirectory",
    "decode",
    "encode",
    "evidence_problems",
    "latest_run",
    "load_evidence",
    "load_run",
]
