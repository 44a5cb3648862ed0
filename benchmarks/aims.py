"""Aims of a benchmark: what was measured, what was wanted, and whether it held."""
from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import NamedTuple


class Aim(NamedTuple):
    """One figure and its bounds, both allowed; at least one of them is given. Nothing measured (NaN) holds nothing."""

    name: str
    measured: float
    most: float | None = None
    least: float | None = None

    @property
    def held(self) -> bool:
        """Whether the figure keeps its bounds."""
        assert self.most is not None or self.least is not None, f"{self.name} has no aim"
        if isnan(self.measured):
            return False
        return not ((self.most is not None and self.measured > self.most)
                    or (self.least is not None and self.measured < self.least))


def told(aims: Sequence[Aim]) -> int:
    """Print each aim, its figure and whether it held; the exit status: 0 if all did and there was one, else 1."""
    for aim in aims:
        bounds = [f"{word} {bound:g}" for word, bound in (("at least", aim.least), ("at most", aim.most))
                  if bound is not None]
        verdict = "held" if aim.held else "MISSED"
        figure = f"{aim.measured:,.0f}" if float(aim.measured).is_integer() else f"{aim.measured:.3g}"
        print(f"{aim.name:<60}{figure:>10}  aim: {' and '.join(bounds):<16} {verdict}")
    return 0 if aims and all(aim.held for aim in aims) else 1
