"""Every record type there is, in the order of a run: products first, since orders need them; payments last.

A new type is a function here, a row in shopify/shapes.py and a folder of its own; see CONTRIBUTING.md, "How to add".
Whoever wants the names alone loads nothing of what the types do.
"""
from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.sync.record_type import AnyType, RecordTypes

_LOADING: dict[str, Callable[[], AnyType]] = {}
"""Name of a type -> what loads what the engine does with it."""


def _type(load: Callable[[], AnyType]) -> Callable[[], AnyType]:
    """The type that is called as this function is."""
    _LOADING[load.__name__] = load
    return load


@_type
def products() -> AnyType:
    from shared.to_business_central.products.apply import TYPE
    return TYPE


@_type
def customers() -> AnyType:
    from shared.to_business_central.customers.apply import TYPE
    return TYPE


@_type
def companies() -> AnyType:
    from shared.to_business_central.companies.apply import TYPE
    return TYPE


@_type
def orders() -> AnyType:
    from shared.to_business_central.orders.apply import TYPE
    return TYPE


@_type
def payouts() -> AnyType:
    from shared.to_business_central.payments.types import PAYOUTS
    return PAYOUTS


@_type
def disputes() -> AnyType:
    from shared.to_business_central.payments.types import DISPUTES
    return DISPUTES


TYPE_NAMES = tuple(_LOADING)


@cache
def record_types() -> RecordTypes:
    """The types, with what the engine does with each; imported at the first call."""
    from shared.sync.record_type import RecordTypes

    return RecordTypes(tuple(load() for load in _LOADING.values()))
