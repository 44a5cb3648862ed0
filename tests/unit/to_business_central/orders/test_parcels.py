"""Orders packed into parcels: none lost, none twice, none too heavy, and all lanes busy alike."""
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.to_business_central.orders.parcels import packed

WEIGHTS = st.lists(st.integers(3, 120), max_size=120)


@given(weights=WEIGHTS, lanes=st.integers(1, 5), heaviest=st.floats(0.5, 5_000), most=st.integers(1, 20))
def test_every_order_is_in_one_parcel_which_is_neither_too_heavy_nor_too_full(
    weights: list[int], lanes: int, heaviest: float, most: int
) -> None:
    parcels = packed(weights, lanes=lanes, heaviest=heaviest, most=most)

    assert sorted(at for parcel in parcels for at in parcel) == list(range(len(weights)))
    assert all(parcels)
    for parcel in parcels:
        assert parcel == sorted(parcel), "orders of a parcel go out in their order"
        assert len(parcel) <= most
        assert len(parcel) == 1 or sum(weights[at] for at in parcel) <= heaviest


def test_few_orders_go_out_at_once_and_not_one_behind_the_other() -> None:
    assert packed([6, 6, 6], lanes=5, heaviest=1_000, most=20) == [[0], [1], [2]]


def test_a_hundred_orders_fill_every_lane_once() -> None:
    parcels = packed([6] * 100, lanes=5, heaviest=1_000, most=20)

    assert [len(parcel) for parcel in parcels] == [20] * 5


def test_where_business_central_is_slow_every_lane_gets_as_many_parcels() -> None:
    parcels = packed([6] * 100, lanes=5, heaviest=66, most=20)

    assert [len(parcel) for parcel in parcels] == [10] * 10


def test_lanes_end_together_however_long_the_orders_are() -> None:
    weights = [*[6] * 40, *[22] * 10, 60, 102]

    parcels = packed(weights, lanes=5, heaviest=1_000, most=20)

    heavy = [sum(weights[at] for at in parcel) for parcel in parcels]
    assert len(parcels) == 5
    assert min(heavy) >= 0.95 * max(heavy)


def test_an_order_that_is_too_heavy_for_any_parcel_goes_alone() -> None:
    assert [5] in packed([6, 6, 6, 6, 6, 500], lanes=1, heaviest=50, most=20)
