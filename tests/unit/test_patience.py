from __future__ import annotations

from shared.patience import Patience


def test_patience_is_spent_by_what_is_waited_for_and_then_is_over() -> None:
    patience = Patience(20)

    assert [patience.lasts(seconds) for seconds in (12, 8, 0.5, 0)] == [True, True, False, False]


def test_without_a_bound_it_never_ends() -> None:
    assert Patience().lasts(1e9)
