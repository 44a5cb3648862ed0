"""One HTTP call as it happened: what the clients report and the journal writes down.

The clients call an observer once per attempt. Tokens, secrets and the Authorization header are
never part of an exchange.
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a log entry keeps of a call as it is; status 0 means that no answer came (`description` says why)."""

    direction: str
    method: str
    url: str
    status: int
    description: str
    seconds: float
    request_id: str = ""
    retry: int = 0
    has_error: bool = False
    requested_cost: float | None = None
    actual_cost: float | None = None
    available_points: float | None = None


class Exchange(Facts, frozen=True, kw_only=True):
    """A request and its answer."""

    direction: Literal["Shopify", "Business Central"]
    at: datetime
    request: str
    response: str


Observer = Callable[[Exchange], None]


def both(first: Observer, second: Observer) -> Observer:
    """The observer that tells two others."""

    def observe(exchange: Exchange) -> None:
        first(exchange)
        second(exchange)

    return observe


def unobserved(exchange: Exchange) -> None:
    """The observer that keeps nothing."""
