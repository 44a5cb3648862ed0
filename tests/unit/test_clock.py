"""The form of a time at rest: one, in UTC, whole or to the microsecond; and every older one is read."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import from_iso, iso, iso_exact

PARIS = timezone(timedelta(hours=1))


def test_a_time_is_cut_to_the_second_and_exact_to_the_microsecond_in_utc() -> None:
    at = datetime(2026, 3, 10, 11, 0, 0, 999_999, tzinfo=PARIS)

    assert (iso(at), iso_exact(at)) == ("2026-03-10T10:00:00Z", "2026-03-10T10:00:00.999999Z")


def test_an_exact_time_has_its_digits_also_where_they_are_zero_so_that_texts_sort_as_times_do() -> None:
    assert iso_exact(datetime(2026, 3, 10, 10, tzinfo=UTC)) == "2026-03-10T10:00:00.000000Z"


@given(st.datetimes(timezones=st.just(UTC)))
def test_whatever_is_written_is_read_back_also_of_the_first_centuries(at: datetime) -> None:
    assert from_iso(iso_exact(at)) == at
    assert from_iso(iso(at)) == at.replace(microsecond=0)


@pytest.mark.parametrize("older", [
    "2026-03-10T10:00:00+00:00", "2026-03-10T10:00:00.000+00:00", "2026-03-10T10:00:00.000000+00:00",
    "2026-03-10T11:00:00+01:00", "2026-03-10T10:00:00Z",
])
def test_a_spelling_of_an_older_version_is_read(older: str) -> None:
    assert from_iso(older) == datetime(2026, 3, 10, 10, tzinfo=UTC)
