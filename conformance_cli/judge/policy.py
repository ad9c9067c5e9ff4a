"""What a run is judged by: the choices that the rules of judgement leave open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.model.run import RunSettings

BasisChoice = Literal["specification", "suite"]
Gate = Literal["run", "certify"]
FailOn = Literal["must", "should", "warning"]


@dataclass(frozen=True, slots=True)
class Policy:
    """How strictly to judge.

    The defaults are those of ``conformance run``.  A word that is none of these is
    refused (``policy-unknown``): read as its neighbour, it would judge too mildly.
    """

    #: ``suite``: requirements that only an official test suite asks for count in full.
    basis: BasisChoice = "specification"
    #: ``certify``: what only a person can attest must be attested.
    gate: Gate = "run"
    #: The weakest finding that makes the gate say no.
    fail_on: FailOn = "must"

    def __post_init__(self) -> None:
        for name, value, known in (
            ("basis", self.basis, get_args(BasisChoice)),
            ("gate", self.gate, get_args(Gate)),
            ("fail-on", self.fail_on, get_args(FailOn)),
        ):
            if value not in known:
                raise ConformanceError.of(
                    "policy-unknown",
                    f'{name} cannot be "{value}"',
                    hint=f"use one of {', '.join(known)}",
                )

    @classmethod
    def of(cls, settings: RunSettings) -> Policy:
        """The policy that a saved run was started with."""
        return cls(
            basis=cast("BasisChoice", settings.basis),
            gate=cast("Gate", settings.gate),
            fail_on=cast("FailOn", settings.fail_on),
        )
