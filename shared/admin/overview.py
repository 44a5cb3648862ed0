"""The overview: how every shop stands, since when, why and what to do; and what stands in the way of all of them.

Border: storage only is asked; services themselves are asked by `services.py`. What decides how a shop stands is
standing.py.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from shared.admin.skipped import MOST_COUNTED
from shared.admin.standing import Access, NextStep, Reason, ShopState, Standing, standing_of
from shared.clock import from_iso, iso
from shared.connector import Connector
from shared.environment import Permitted
from shared.errors import ConnectorError, problem_of
from shared.shopify.api_version import version_warning
from shared.shopify.client import API_VERSION
from shared.shops.card import ShopCard
from shared.shops.store import UnreadableCard
from shared.stores.arrivals import Hour
from shared.stores.skipped_records import Tally, Wanted
from shared.stores.sync_runs import SyncRun
from shared.stores.synchronization_info import SynchronizationInfo
from shared.sync.record_type import types_of
from shared.telemetry import SIDE_BY_SIDE, beside
from shared.texts import Sentence, Text, said

_GAP = timedelta(hours=1)
"""Orders that were not read for longer than this leave a gap in the picture."""


class ProblemView(msgspec.Struct, frozen=True, kw_only=True):
    """A problem in one case, in the reader's language."""

    code: str
    title: str
    fix: str
    fault: str
    detail: Text


class SkippedGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Records of a shop that are skipped for one reason; oldest: since when the first of them is."""

    shop: str
    code: str
    title: str
    records: int
    oldest: str


class ShopOverview(msgspec.Struct, frozen=True, kw_only=True):
    """How one shop stands; times are UTC, ISO 8601.

    since      when what `reason` says began, or happened; None where nobody knows
    tried      when the last of the runs began that have failed since then; None where it is the only one
    trying     whether one is under way that has brought nothing yet
    awaits     whether its run waits for a file that Shopify writes
    by         who switched off what is switched off; "" where nobody knows
    run, read, parked  the run that this is about ("" = none), and what it read and skipped
    may_run    whether a run that is started now can go through
    last_sync  type -> its last synchronization time
    skipped    how many records wait for somebody; at least so many where `skipped_more`
    """

    code: str
    host: str
    state: ShopState
    reason: Reason
    since: str | None
    tried: str | None
    trying: bool
    awaits: bool
    by: str
    problem: ProblemView | None
    next_step: NextStep
    may_run: bool
    run: str
    read: int
    parked: int
    last_sync: dict[str, str | None]
    skipped: int
    skipped_more: bool


class ArrivalHour(msgspec.Struct, frozen=True, kw_only=True):
    """An hour that began `at`, UTC: how many orders came that were never seen before, and what is usual then.

    share, usual_share  the same in hundredths of the most that any shop had in an hour: one scale for all
    unread              nothing of it has been read so far, so that 0 says nothing
    """

    at: str
    count: int
    usual: float | None
    share: float
    usual_share: float | None
    unread: bool


class ArrivalsView(msgspec.Struct, frozen=True, kw_only=True):
    """Orders of a shop over the last 24 hours, oldest hour first; usual: what is usual in 24 hours, None if nobody
    knows."""

    shop: str
    count: int
    usual: int | None
    hours: list[ArrivalHour]


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Every shop, those that need somebody first; what is skipped, the most first; orders that arrived, by shop.

    types, brought   all of them, and those whose records go to Business Central, in the order of a run
    most_in_an_hour  orders: what the shares of the hours are shares of
    waiting, waiting_more  records that wait for a correction, of all shops; at least so many where `waiting_more`
    api_version_warning    while the end of the API version of Shopify's is near, or past
    """

    now: str
    types: list[str]
    brought: list[str]
    shops: list[ShopOverview]
    skipped: list[SkippedGroup]
    arrivals: list[ArrivalsView]
    most_in_an_hour: float
    needing: int
    paused: int
    waiting: int
    waiting_more: bool
    api_version_warning: Sentence | None
    http_requests_allowed: bool
    clock_ahead: dict[str, int]


def overview(connector: Connector, language: str) -> Overview:
    """As it is now, with the titles of problems in this language."""
    types, now = types_of(connector), connector.clock.now()
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="overview") as lanes:
        permission = beside(lanes, connector.permission.stands)
        cards = list(connector.shops.each())
        permitted = permission.result()
        asked = [ask_of_shop(connector, card, permitted, _access(connector, card, permitted.allowed, lanes), lanes)
                 for card in cards]
        arrivals = [beside(lanes, connector.arrivals.of, card.code, types.pictured) for card in cards]
        found = [answered() for answered in asked]
        hours = {card.code: answer.result() for card, answer in zip(cards, arrivals, strict=True)}
    shops = sorted((shop_overview(card, kept, language) for card, kept in zip(cards, found, strict=True)),
                   key=lambda one: ([*ShopState].index(one.state), one.code))
    groups = [group for card, kept in zip(cards, found, strict=True)
              for group in _groups(card.code, kept.skipped, language)]
    figures = [one for of_shop in hours.values() for one in of_shop]
    most = max([1.0, *(max(one.count, one.usual or 0.0) for one in figures)])
    return Overview(
        now=iso(now), types=list(types.names), brought=list(types.brought), shops=shops,
        skipped=sorted(groups, key=lambda one: (-one.records, one.code, one.shop)),
        arrivals=[_arrivals(one.code, one.last_sync.get(types.pictured), hours[one.code], most, now) for one in shops],
        most_in_an_hour=most,
        needing=sum(one.state is ShopState.NEEDS_YOU for one in shops),
        paused=sum(one.state is ShopState.PAUSED for one in shops),
        waiting=sum(one.skipped for one in shops), waiting_more=any(one.skipped_more for one in shops),
        api_version_warning=version_warning(API_VERSION, now),
        http_requests_allowed=permitted.allowed, clock_ahead=connector.clock_ahead(),
    )


class OfShop(NamedTuple):
    """How a shop stands, how far each type has come, and what is skipped, as far as it was counted."""

    stands: Standing
    infos: dict[str, SynchronizationInfo]
    skipped: list[Tally]
    more: bool


def ask_of_shop(
    connector: Connector, card: ShopCard | UnreadableCard, permitted: Permitted, access: Callable[[], Access],
    lanes: Executor,
) -> Callable[[], OfShop]:
    """Have all of it asked for side by side; what waits for the answers. access: the shop's, where it matters."""
    stands = beside(lanes, standing_of, connector, card, permitted, access)
    infos = beside(lanes, connector.informations.of, card.code)
    skipped = beside(lanes, connector.skipped.tally, card.code, None, Wanted(), MOST_COUNTED)
    return lambda: OfShop(stands.result(), infos.result(), *skipped.result())


def _access(
    connector: Connector, card: ShopCard | UnreadableCard, allowed: bool, lanes: Executor
) -> Callable[[], Access]:
    """Asked beside all else, but where nothing is to run anyway and nobody will want to know."""
    if isinstance(card, ShopCard) and card.enabled and allowed:
        return beside(lanes, connector.tokens.described_and_since, card.code).result
    return lambda: connector.tokens.described_and_since(card.code)


def shop_overview(card: ShopCard | UnreadableCard, kept: OfShop, language: str) -> ShopOverview:
    """A shop for reading."""
    stands = kept.stands
    return ShopOverview(
        code=card.code, host=card.host, state=stands.state, reason=stands.reason,
        problem=problem_told(stands.problem, language) if stands.problem else None,
        since=stands.since or None, tried=stands.tried or None, trying=stands.trying, by=stands.by,
        awaits=bool(stands.run and stands.run.looks_at),
        next_step=stands.next_step(bool(kept.skipped)), may_run=stands.may_run, run=stands.run.id if stands.run else "",
        read=_total(stands.run, "read"), parked=_total(stands.run, "parked"),
        last_sync={type: info.last_sync_time or None for type, info in kept.infos.items()},
        skipped=len(kept.skipped), skipped_more=kept.more,
    )


def _arrivals(shop: str, reached: str | None, hours: list[Hour], most: float, now: datetime) -> ArrivalsView:
    gap_from = _gap_from(reached, hours, now)
    usual = [one.usual for one in hours if one.usual is not None]
    return ArrivalsView(
        shop=shop, count=sum(one.count for one in hours), usual=round(sum(usual)) if usual else None,
        hours=[ArrivalHour(
            at=one.at, count=one.count, usual=one.usual, share=100 * one.count / most,
            usual_share=None if one.usual is None else 100 * one.usual / most,
            unread=gap_from is not None and not one.count and from_iso(one.at) > gap_from,
        ) for one in hours],
    )


def _gap_from(reached: str | None, hours: list[Hour], now: datetime) -> datetime | None:
    """Up to when something of orders is known, where that is too long ago; None where all is known."""
    known = [from_iso(one.at) for one in hours if one.count] + ([from_iso(reached)] if reached else [])
    latest = max(known, default=from_iso(hours[0].at) - _GAP)
    return latest if now - latest > _GAP and (reached is None or now - from_iso(reached) > _GAP) else None


def _total(run: SyncRun | None, figure: str) -> int:
    return sum(getattr(counts, figure) for counts in run.counts.values()) if run else 0


def problem_view(code: str, detail: Text, language: str) -> ProblemView:
    """What a code means, with the sentence about this case."""
    told = problem_of(code).told(language)
    return ProblemView(code=code, title=told.title, fix=told.fix, fault=told.fault, detail=detail)


def problem_told(problem: ConnectorError, language: str) -> ProblemView:
    """What a problem means, with its own sentence in this language."""
    return problem_view(problem.code, said(problem.sentence, language), language)


def _groups(shop: str, found: Sequence[Tally], language: str) -> Iterable[SkippedGroup]:
    oldest: dict[str, str] = {}
    for one in found:
        oldest[one.code] = min(oldest.get(one.code, one.first_at), one.first_at)
    for code, records in Counter(one.code for one in found).items():
        title = problem_of(code).told(language).title
        yield SkippedGroup(shop=shop, code=code, title=title, records=records, oldest=oldest[code])
