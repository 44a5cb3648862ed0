"""Which archived orders are history, and the sentence that says so."""
from __future__ import annotations

from datetime import datetime

import pytest

from shared.clock import from_iso
from shared.to_business_central.orders.history import left_out_as_history
from tests.builders import an_order

BEGAN = from_iso("2026-03-10T10:00:00Z")


def closed_at(text: str) -> datetime:
    return from_iso(text)


@pytest.mark.parametrize(("moment", "is_history"), [
    ("2026-03-10T09:59:59Z", True),
    ("2026-03-10T10:59:59+02:00", True),
    ("2026-03-10T10:00:00Z", False),
    ("2026-03-10T10:00:01Z", False),
    ("2019-01-01T00:00:00Z", True),
])
def test_an_order_closed_before_the_first_synchronization_is_history_and_one_closed_from_then_on_is_not(
    moment: str, is_history: bool
) -> None:
    order = an_order(created_at=from_iso("2018-01-01T00:00:00Z"), closed=True, closed_at=closed_at(moment))

    assert (left_out_as_history(order, BEGAN) is not None) is is_history


def test_an_open_order_is_never_history_however_old_it_is() -> None:
    assert left_out_as_history(an_order(created_at=from_iso("2018-01-01T00:00:00Z")), BEGAN) is None


def test_a_closed_order_that_does_not_say_since_when_is_not_left_out() -> None:
    assert left_out_as_history(an_order(closed=True, closed_at=None), BEGAN) is None


def test_the_reason_names_the_order_and_both_moments() -> None:
    left = left_out_as_history(an_order(name="#1001", closed=True, closed_at=closed_at("2026-03-09T18:00:00Z")), BEGAN)

    assert left is not None
    assert str(left.reason) == ("#1001 was closed on 2026-03-09T18:00:00Z, before the shop's first synchronization of "
                           "orders on 2026-03-10T10:00:00Z.")
