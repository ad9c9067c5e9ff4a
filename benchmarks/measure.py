"""A measured ratio and its goal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    name: str
    ratio: float
    goal: float
    detail: str = ""

    def row(self) -> str:
        verdict = "met" if self.ratio <= self.goal else "MISSED"
        return f"{self.name:<58} {self.ratio:6.2f}  goal {self.goal:4.2f}  {verdict}  {self.detail}"
