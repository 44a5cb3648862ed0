"""Finds the records that keep a question about many from being answered: asks in halves, down to single ones.

Whether a failure is these records' or that of the service, or of the app's access, is told by what else is given:
another record of the search, or one of the same type that has nothing to do with it. See docs/decisions/0025.
Border: knows no type of record; what is asked, and which others there are, is the caller's business.
"""
from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import NamedTuple

from shared.errors import ConnectorError, ServiceUnavailable
from shared.shopify.client import ShopifyClient
from shared.shopify.failures import AccessDenied, QueryFailed, may_be_a_records
from shared.shopify.installation import holds

MOST_FAILURES = 12
"""Parts that may fail before any record is given: then others are asked, and halving ends."""

MOST_WITNESSES = 20
"""Others that are asked at most."""

LONGEST_SEARCH = timedelta(minutes=5)
"""So long is looked for while no record is given: a service that lets every question wait is none."""

_TRIES_OF_THE_WHOLE, _TRIES_OF_A_PART = 2, 1

Ask = Callable[[list[str], int | None], Sequence[bytes | None]]
"""What Shopify gives for these ids, None for what it does not give; how often it is tried at most."""


@dataclass(frozen=True)
class Kin:
    """What else there is of the type.

    others  ids of records spread over all of them, at best some that the search is not about; [] if they cannot be told
    needs   scopes that open the type, one of each group
    """

    others: Callable[[], Sequence[str]]
    needs: Sequence[frozenset[str]]


class Isolated(NamedTuple):
    """What was answered, and why the others were not, each by id."""

    found: dict[str, bytes | None]
    lost: dict[str, ConnectorError]


def in_parts(client: ShopifyClient, ids: Sequence[str], ask: Ask, kin: Kin) -> Isolated:
    """What `ask` answers for each of `ids`; a question that fails is asked in halves, and at last of each alone.

    Halves are asked breadth first, so that good records are soon met. Raises what `ask` raises where the service is
    at fault, or the shop, the token or the points.
    """
    return _Search(client, ids, ask, kin).carried_out()


class _Search:
    """One search. `given`: a record came, of these or of the others, so that what fails is the records' own."""

    def __init__(self, client: ShopifyClient, ids: Sequence[str], ask: Ask, kin: Kin) -> None:
        self._client, self._ids, self._ask, self._kin = client, ids, ask, kin
        self._result, self._failures = Isolated({}, {}), list[ConnectorError]()
        self._given, self._end = False, client.now() + LONGEST_SEARCH

    def carried_out(self) -> Isolated:
        """Halves, as long as they lead to records that are given; each alone where they do not."""
        waiting = deque([list(self._ids)] if self._ids else [])
        while waiting and (self._given or len(self._failures) < MOST_FAILURES):
            part = waiting.popleft()
            tries = _TRIES_OF_A_PART if self._failures else _TRIES_OF_THE_WHOLE
            if not self._is_answered(part, tries if len(part) > 1 else None) and len(part) > 1:
                middle = len(part) // 2
                waiting += part[:middle], part[middle:]
        if waiting:
            self._each_alone()
        return self._result

    def _each_alone(self) -> None:
        """What is left, in its order; raises the last failure if nothing of the type is given even so."""
        self._given = bool(self._others_are_given())
        for id in self._ids:
            if id not in self._result.found and id not in self._result.lost:
                self._is_answered([id], _TRIES_OF_A_PART)
        if not self._given:
            raise self._failures[-1]

    def _is_answered(self, part: list[str], most_tries: int | None) -> bool:
        try:
            answer = self._ask(part, most_tries)
        except ConnectorError as problem:
            self._failures.append(problem)
            self._check(problem)
            if len(part) == 1:
                self._lose(part[0], problem)
            return False
        self._result.found.update(zip(part, answer, strict=True))
        self._given = self._given or any(raw is not None for raw in answer)
        return True

    def _check(self, problem: ConnectorError) -> None:
        """Raise what is not a record's: the shop's, the app's, or that of a service which answers nothing."""
        denied = isinstance(problem, AccessDenied)
        self._given = self._given or (isinstance(problem, AccessDenied) and problem.of_some)
        if not may_be_a_records(problem) or (denied and not self._given and not self._is_denied_alone()):
            raise problem
        if not self._given and self._client.now() >= self._end:
            raise problem

    def _lose(self, id: str, problem: ConnectorError) -> None:
        """It is this record's fault, unless the service answers nothing else either."""
        if self._given or len(self._failures) < MOST_FAILURES:
            check_service(self._client, problem)
        self._result.lost[id] = problem

    def _is_denied_alone(self) -> bool:
        """Whether what the app is denied of these records it is given of others; without others, whether it holds the
        scopes, and it is a single record."""
        given = self._others_are_given()
        if given is None:
            given = len(self._ids) == 1 and holds(self._client, self._kin.needs)
        self._given = given
        return given

    def _others_are_given(self) -> bool | None:
        """Whether any other record is given; False if they are denied, None if there are none or none can tell."""
        others, given = _spread([id for id in self._kin.others() if id not in set(self._ids)]), None
        for part in [others, *([id] for id in others)] if others else []:
            try:
                answer = self._ask(part, _TRIES_OF_A_PART)
            except AccessDenied as problem:
                if problem.of_some or len(part) == len(others):
                    return problem.of_some
                given = False
            except ConnectorError as problem:
                if not may_be_a_records(problem):
                    raise
            else:
                if any(raw is not None for raw in answer):
                    return True
            if self._client.now() >= self._end:
                break
        return given


def _spread(ids: Sequence[str]) -> list[str]:
    """At most MOST_WITNESSES of them, from the first one on to the end."""
    return list(ids[::ceil(len(ids) / MOST_WITNESSES) or 1])


def is_a_records(problem: ConnectorError) -> bool:
    """Whether a question about one record, of which parts were given, may fail so, while others are answered."""
    return isinstance(problem, QueryFailed) or problem.code == "shopify-unavailable"


def check_service(client: ShopifyClient, problem: ConnectorError) -> None:
    """Raise `problem`, with which a question about one record ended, if an ordinary one is not answered either."""
    if not isinstance(problem, ServiceUnavailable):
        return
    try:
        client.ask("shop_info")
    except ConnectorError:
        raise problem from None
