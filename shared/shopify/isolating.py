"""Finds the record that keeps a question about many from being answered: asks in halves, down to single ones.

Whether a failure is one record's or the whole service's is told by what else is answered: the first parts that fail
without one that succeeds speak against the service, and so does an ordinary question that fails right after.
Border: knows no kind of record; what is asked is the caller's business.
"""
from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from shared.errors import ConnectorError, ServiceUnavailable
from shared.shopify.client import ShopifyClient
from shared.shopify.failures import QueryFailed

T = TypeVar("T")

MOST_FAILURES = 12
"""Parts that may fail before any succeeds: a dozen bad records are a service that does not work."""

_TRIES_OF_THE_WHOLE, _TRIES_OF_A_PART = 2, 1


class Isolated(NamedTuple):
    """What was answered, and why the others were not, each by id."""

    found: dict[str, bytes | None]
    lost: dict[str, ConnectorError]


def in_parts(
    client: ShopifyClient, ids: Sequence[str], ask: Callable[[list[str], int | None], Sequence[bytes | None]]
) -> Isolated:
    """What `ask(some ids, most tries)` answers for each of `ids`; a question that fails is asked in halves.

    Halves are asked breadth first, so that good records are soon met. Raises what `ask` raises where the service is
    at fault, or the shop, the token or the points.
    """
    result, waiting = Isolated({}, {}), deque([list(ids)] if ids else [])
    failures, tries = 0, _TRIES_OF_THE_WHOLE
    while waiting:
        part = waiting.popleft()
        try:
            result.found.update(zip(part, ask(part, tries if len(part) > 1 else None), strict=True))
        except ConnectorError as problem:
            failures += 1
            if not is_a_records(problem) or (not result.found and failures >= MOST_FAILURES):
                raise
            if len(part) > 1:
                middle = len(part) // 2
                waiting += part[:middle], part[middle:]
            else:
                check_service(client, problem)
                result.lost[part[0]] = problem
        tries = _TRIES_OF_A_PART
    return result


def is_a_records(problem: ConnectorError) -> bool:
    """Whether a question about one record may fail so, while others are answered."""
    return isinstance(problem, QueryFailed) or problem.code == "shopify-unavailable"


def check_service(client: ShopifyClient, problem: ConnectorError) -> None:
    """Raise `problem`, with which a question about one record ended, if an ordinary one is not answered either."""
    if not isinstance(problem, ServiceUnavailable):
        return
    try:
        client.ask("shop_info")
    except ConnectorError:
        raise problem from None
