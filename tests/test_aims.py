"""A benchmark says of each aim whether it held, and ends with 1 if one did not, or if nothing was measured."""
from __future__ import annotations

import pytest

from benchmarks.aims import Aim, told

NOTHING = float("nan")


@pytest.mark.parametrize("aims, status", [
    ([Aim("calls", 6, most=6)], 0),
    ([Aim("calls", 7, most=6)], 1),
    ([Aim("share", 0.95, least=0.95)], 0),
    ([Aim("share", 0.94, least=0.95)], 1),
    ([Aim("ratio", 1.1, least=0.9, most=1.05)], 1),
    ([Aim("calls", 6, most=6), Aim("share", 0.5, least=0.95)], 1),
    ([Aim("calls", NOTHING, most=6)], 1),
    ([], 1),
])
def test_the_exit_status_says_whether_every_aim_held(aims: list[Aim], status: int) -> None:
    assert told(aims) == status


def test_each_aim_is_told_with_its_figure_and_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    told([Aim("calls", 7, most=6), Aim("share", 0.97, least=0.95)])

    first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["calls", "7", "aim:", "at", "most", "6", "MISSED"]
    assert second.split() == ["share", "0.97", "aim:", "at", "least", "0.95", "held"]
