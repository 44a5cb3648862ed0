"""What the connector makes of its points, on a clock that moves only while it waits for them."""
from __future__ import annotations

from benchmarks.orders import measure, perfect


def test_a_run_that_lives_from_what_is_restored_waits_no_longer_than_it_must_and_is_never_refused() -> None:
    measured = measure(300, "standard")

    assert measured.created == 300
    assert [one for one in measured.queries if one.refused] == []
    assert 5 < perfect("standard", measured) <= measured.seconds <= 1.05 * perfect("standard", measured)
