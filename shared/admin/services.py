"""What the connector stands on, asked now: storage, Business Central, and Shopify for each shop.

Each is asked the least there is to ask, all at once, and none of them twice: whoever looks at the page waits for
PATIENT seconds at most, and what has not answered by then is said to be silent. The clock and the age of the API
version stand beside. Border: nothing is decided here about a shop's state (overview.py).
"""
from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import NamedTuple

import msgspec

from shared.admin.overview import ProblemView, problem_told
from shared.admin.web_client import note_companies
from shared.clock import Clock, iso
from shared.connector import Connector
from shared.errors import ConnectorError, ServiceUnavailable
from shared.shopify.api_version import WARNING, served_until
from shared.shopify.client import API_VERSION
from shared.shopify.shop_info import read_shop_id
from shared.shops.card import ShopCard
from shared.telemetry import beside
from shared.texts import sentence

PATIENT = 5.0
"""Seconds."""

_AT_ONCE = 16

_log = logging.getLogger(__name__)


class ServiceState(StrEnum):
    """What came of asking."""

    ANSWERS = "answers"
    REFUSES = "refuses"
    SILENT = "silent"
    NOT_ASKED = "not-asked"


class ServiceView(msgspec.Struct, frozen=True, kw_only=True):
    """One service; shop: whose, "" for what all shops share.

    seconds    until it answered; None where it did not
    companies  of Business Central, how many its environment has
    problem    why it refuses, is silent or was not asked, in the reader's language; None where it answers, and where
               there was nobody to ask
    """

    name: str
    shop: str
    state: ServiceState
    seconds: float | None
    companies: int | None
    problem: ProblemView | None


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """As they are now; times are UTC, ISO 8601.

    clock_ahead  as Connector.clock_ahead, as the answers have just told it
    api_version_until, api_version_ends_soon  until when Shopify serves the version, and whether that is near or past
    """

    now: str
    services: list[ServiceView]
    clock_ahead: dict[str, int]
    api_version: str
    api_version_until: str
    api_version_ends_soon: bool


class _Impatient:
    """A clock that waits for nobody: a service that does not answer at once is not asked again."""

    def __init__(self, clock: Clock, code: str) -> None:
        self._clock, self._code = clock, code

    def now(self) -> datetime:
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            raise ServiceUnavailable(self._code, sentence("it did not answer as it should, and was asked only once"))


def impatient(connector: Connector, silent: str) -> Connector:
    """The connector, waiting for nobody: whoever does not answer at once has the code `silent`."""
    return connector._replace(clock=_Impatient(connector.clock, silent))


class _Question(NamedTuple):
    """Who is asked, and how; may: raises what keeps it from being asked; silent: the code of its silence."""

    name: str
    shop: str
    silent: str
    may: Callable[[], None]
    ask: Callable[[], int | None] | None


class _Answer(NamedTuple):
    state: ServiceState
    seconds: float | None = None
    companies: int | None = None
    problem: ConnectorError | None = None


def services(connector: Connector, language: str) -> Services:
    """Ask all of them; nothing is raised for one that fails."""
    cards = [card for card in connector.shops.all() if card.enabled]
    of_company = next((card for card in cards if card.company_id), None)
    questions = [
        _Question("storage", "", "storage-unavailable", _always, partial(_ask_storage, connector)),
        _Question("business-central", "", "bc-unavailable", connector.permission,
                  partial(_ask_business_central, connector, of_company, cards) if of_company else None),
        *(_Question("shopify", card.code, "shopify-unavailable", partial(_check_access, connector, card),
                    partial(_ask_shopify, connector, card)) for card in cards),
    ]
    found = _views(questions, connector.clock, language)
    now, until = connector.clock.now(), served_until(API_VERSION)
    return Services(
        now=iso(now), services=found, clock_ahead=connector.clock_ahead(), api_version=API_VERSION,
        api_version_until=iso(until), api_version_ends_soon=now >= until - WARNING,
    )


def _views(questions: Sequence[_Question], clock: Clock, language: str) -> list[ServiceView]:
    lanes = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="services")
    try:
        asked = {one: beside(lanes, _answer, clock, one) for one in questions if one.ask}
        wait(asked.values(), PATIENT)
        return [_view(one, asked.get(one), language) for one in questions]
    finally:
        lanes.shutdown(wait=False, cancel_futures=True)


def _answer(clock: Clock, question: _Question) -> _Answer:
    began = clock.now()
    try:
        question.may()
    except ConnectorError as problem:
        return _Answer(ServiceState.NOT_ASKED, problem=problem)
    try:
        companies = question.ask() if question.ask else None
    except ServiceUnavailable as problem:
        return _Answer(ServiceState.SILENT, problem=problem)
    except ConnectorError as problem:
        return _Answer(ServiceState.REFUSES, problem=problem)
    return _Answer(ServiceState.ANSWERS, (clock.now() - began).total_seconds(), companies)


def _view(question: _Question, asked: Future[_Answer] | None, language: str) -> ServiceView:
    if asked is None:
        answer = _Answer(ServiceState.NOT_ASKED)
    elif asked.done():
        answer = asked.result()
    else:
        late = sentence("no answer within {seconds} s", seconds=round(PATIENT))
        answer = _Answer(ServiceState.SILENT, problem=ServiceUnavailable(question.silent, late))
    problem = answer.problem
    return ServiceView(
        name=question.name, shop=question.shop, state=answer.state, companies=answer.companies, seconds=answer.seconds,
        problem=problem_told(problem, language) if problem else None,
    )


def _always() -> None:
    """Storage may be asked in every environment."""


def _check_access(connector: Connector, card: ShopCard) -> None:
    """Nobody is asked with an access that is known not to work: why it does not has to stay as it was."""
    connector.permission()
    connector.tokens.check(card.code, card.host)


def _ask_storage(connector: Connector) -> None:
    connector.operations.page(size=1)


def _ask_business_central(connector: Connector, card: ShopCard, cards: Sequence[ShopCard]) -> int:
    """How many companies its environment has: what can be asked without one. Their names lead into its web client."""
    client = impatient(connector, "bc-unavailable").business_central(card)
    try:
        companies = client.companies()
    finally:
        client.close()
    try:
        note_companies(connector, cards, companies)
    except ServiceUnavailable as problem:
        _log.warning("the names of companies cannot be remembered: %s", problem)
    return len(companies)


def _ask_shopify(connector: Connector, card: ShopCard) -> None:
    client = impatient(connector, "shopify-unavailable").shopify(card)
    try:
        read_shop_id(client)
    finally:
        client.close()
