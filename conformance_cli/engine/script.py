"""The flat script of a test: procedures unfolded, every step numbered.

Numbers depend on the definition alone, so an assertion has the same id in every run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance_cli.model.diagnostics import DefinitionError
from conformance_cli.model.pack import Json, Step, TestCase, TestPack

_MAX_DEPTH = 8
#: Frames of cleanup are numbered from here, apart from those of the test itself.
_CLEANUP_FRAMES = 1_000_000


@dataclass(frozen=True, slots=True)
class Frame:
    """One procedure being run: where it was called from and with what."""

    #: Unique within a test.
    number: int
    #: Defaults overlaid with the caller's ``with``; rendered in the caller's frame.
    parameters: Mapping[str, Json]
    #: Names without a default that the caller must give.
    mandatory: tuple[str, ...]
    when: str
    caller: Frame | None
    cleanup: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class ScriptStep:
    """A step that calls an interaction, its number, and the procedure it stands in."""

    number: int
    step: Step
    frame: Frame | None


def unfold(test: TestCase, pack: TestPack) -> tuple[ScriptStep, ...]:
    """The steps of a test in the order sent, procedures replaced by their steps.

    Raises:
        DefinitionError: procedures call each other without end.

    """
    return _Unfolder(pack).unfold(test.steps)


def unfold_cleanup(
    step: Step, pack: TestPack, frame: Frame | None, frames_so_far: int
) -> tuple[ScriptStep, ...]:
    """A cleanup step as script steps, within the frame of the procedure it belongs to."""
    return _Unfolder(pack, _CLEANUP_FRAMES + frames_so_far).unfold((step,), frame)


class _Unfolder:
    def __init__(self, pack: TestPack, first_frame: int = 0) -> None:
        self._pack = pack
        self._frames = first_frame
        self._steps: list[ScriptStep] = []

    def unfold(self, steps: tuple[Step, ...], frame: Frame | None = None) -> tuple[ScriptStep, ...]:
        self._walk(steps, frame, 0)
        return tuple(self._steps)

    def _walk(self, steps: tuple[Step, ...], frame: Frame | None, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise DefinitionError.of(
                "procedure-cycle",
                "procedures call each other more than "
                f"{_MAX_DEPTH} deep: {steps[0].procedure or steps[0].call}",
                place=steps[0].location,
                hint="a procedure must not call itself",
            )
        for step in steps:
            if not step.procedure:
                self._steps.append(ScriptStep(len(self._steps) + 1, step, frame))
                continue
            procedure = self._pack.procedures[step.procedure]
            self._frames += 1
            defaults = {k: v for k, v in procedure.parameters.items() if v is not None}
            inner = Frame(
                number=self._frames,
                parameters={**defaults, **step.parameters},
                mandatory=tuple(k for k, v in procedure.parameters.items() if v is None),
                when=step.when,
                caller=frame,
                cleanup=procedure.cleanup,
            )
            self._walk(procedure.steps, inner, depth + 1)
