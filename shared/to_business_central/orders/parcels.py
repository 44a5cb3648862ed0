"""Orders packed into parcels of one request each: alike in weight, so that all lanes end together. Pure."""
from __future__ import annotations

import heapq
from collections.abc import Sequence
from math import ceil


def packed(weights: Sequence[float], *, lanes: int, heaviest: float, most: int) -> list[list[int]]:
    """The positions of the orders in each parcel, in their order; the heaviest parcel first.

    weights   of the orders: how long each keeps the service busy
    lanes     how many parcels go out at once
    heaviest  what a parcel of several orders may weigh
    most      orders of one parcel
    """
    if not weights:
        return []
    rounds = max(ceil(sum(weights) / (lanes * heaviest)), ceil(len(weights) / (lanes * most)))
    parcels = min(len(weights), lanes * rounds)
    while True:
        found = _spread(weights, parcels, most)
        if all(len(one) == 1 or _weight(one, weights) <= heaviest for one in found):
            return sorted(found, key=lambda one: (-_weight(one, weights), one[0]))
        parcels += 1


def _spread(weights: Sequence[float], parcels: int, most: int) -> list[list[int]]:
    """Each order, the heaviest first, goes into the parcel that is the lightest and has a place."""
    open_parcels: list[tuple[float, int]] = [(0.0, number) for number in range(parcels)]
    filled: list[list[int]] = [[] for _ in range(parcels)]
    for at in sorted(range(len(weights)), key=lambda at: (-weights[at], at)):
        weight, number = heapq.heappop(open_parcels)
        filled[number].append(at)
        if len(filled[number]) < most:
            heapq.heappush(open_parcels, (weight + weights[at], number))
    return [sorted(one) for one in filled]


def _weight(parcel: Sequence[int], weights: Sequence[float]) -> float:
    return sum(weights[at] for at in parcel)
