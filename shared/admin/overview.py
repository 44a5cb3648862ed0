"""The overview: how every shop stands, since when, why and what to do; and what stands in the way of all of them.

A shop is *running* while nothing keeps the next run from going through, *paused* where somebody wants it so, and *needs
you* where only a person helps. Another service that does not answer needs nobody until it has not for an hour. Border:
storage only is asked; services themselves are asked by `services.py`.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from shared.access.connections import State as AccessState
from shared.admin.skipped import MOST_COUNTED
from shared.clock import from_iso, iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.problems import CATALOGUE, Fault
from shared.shops.card import ShopCard
from shared.shops.store import UnreadableCard
from shared.stores.arrivals import Hour
from shared.stores.skipped_records import Tally, Wanted
from shared.stores.sync_runs import SyncRun
from shared.sync.record_type import types_of
from shared.texts import Text, said

PATIENCE = timedelta(hours=1)
"""How long another service may be away until somebody should look at it."""

_SHOPS_AT_ONCE = 8
_GAP = timedelta(hours=1)
"""Orders that were not read for longer than this leave a gap in the picture."""


class ShopState(StrEnum):
    """Whether a shop is synchronized."""

    NEEDS_YOU = "needs-you"
    RUNNING = "running"
    PAUSED = "paused"


class Reason(StrEnum):
    """Why a shop is in its state."""

    ACCESS = "access"
    FAILED = "failed"
    WAITING = "waiting"
    SWITCHED_OFF = "switched-off"
    HTTP_REQUESTS = "http-requests"
    UNDER_WAY = "under-way"
    SUCCEEDED = "succeeded"
    INTERRUPTED = "interrupted"
    NEVER_RAN = "never-ran"
    CARD_UNREADABLE = "card-unreadable"


_KEEPS_FROM_RUNNING = frozenset({
    Reason.ACCESS, Reason.SWITCHED_OFF, Reason.HTTP_REQUESTS, Reason.CARD_UNREADABLE})


class NextStep(StrEnum):
    """What somebody would do now."""

    REQUEST_ACCESS = "request-access"
    LOOK_AT_RUN = "look-at-run"
    ENABLE = "enable"
    ALLOW_HTTP_REQUESTS = "allow-http-requests"
    SEE_SKIPPED = "see-skipped"
    SYNC_NOW = "sync-now"
    LOOK_AT_CARD = "look-at-card"


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
    run, read, parked  the latest run ("" = none), and what it read and skipped
    may_run    whether a run that is started now can go through
    last_sync  type -> its last synchronization time
    skipped    how many records wait for somebody; at least so many where `skipped_more`
    """

    code: str
    host: str
    state: ShopState
    reason: Reason
    since: str | None
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
    http_requests_allowed: bool
    clock_ahead: dict[str, int]


def overview(connector: Connector, language: str) -> Overview:
    """As it is now, with the titles of problems in this language."""
    allowed, cards = connector.permission.allowed(), list(connector.shops.each())
    types, now = types_of(connector), connector.clock.now()
    with ThreadPoolExecutor(_SHOPS_AT_ONCE, thread_name_prefix="overview") as lanes:
        found = list(lanes.map(lambda card: _shop(connector, card, allowed, language), cards))
        hours = dict(zip((card.code for card in cards), lanes.map(
            lambda card: connector.arrivals.of(card.code, types.pictured), cards), strict=True))
    shops = sorted((shop for shop, _ in found), key=lambda one: ([*ShopState].index(one.state), one.code))
    groups = [group for _, skipped in found for group in skipped]
    figures = [one for of_shop in hours.values() for one in of_shop]
    most = max([1.0, *(max(one.count, one.usual or 0.0) for one in figures)])
    return Overview(
        now=iso(now), types=list(types.names), brought=list(types.brought), shops=shops,
        skipped=sorted(groups, key=lambda one: (-one.records, one.code, one.shop)),
        arrivals=[_arrivals(one.code, one.last_sync.get(types.pictured), hours[one.code], most, now) for one in shops],
        most_in_an_hour=most,
        needing=sum(one.state is ShopState.NEEDS_YOU for one in shops),
        paused=sum(one.state is ShopState.PAUSED for one in shops),
        http_requests_allowed=allowed, clock_ahead=connector.clock_ahead(),
    )


def overview_of(connector: Connector, shop: str, language: str) -> ShopOverview:
    """One shop as it stands now; ConnectorError shop-unknown."""
    return _shop(connector, connector.shops.get(shop), connector.permission.allowed(), language)[0]


def _shop(
    connector: Connector, card: ShopCard | UnreadableCard, allowed: bool, language: str
) -> tuple[ShopOverview, list[SkippedGroup]]:
    latest = next(iter(connector.runs.latest(card.code, 1)), None)
    infos = connector.informations.of(card.code)
    skipped, more = connector.skipped.tally(card.code, None, Wanted(), MOST_COUNTED)
    state, reason, problem = _standing(connector, card, allowed, latest, language)
    last_sync = {type: infos[type].last_sync_time or None for type in infos}
    shown = ShopOverview(
        code=card.code, host=card.host, state=state, reason=reason, problem=problem,
        since=_since(reason, connector, card, latest), next_step=_next_step(reason, bool(skipped)),
        may_run=reason not in _KEEPS_FROM_RUNNING, run=latest.id if latest else "",
        read=_total(latest, "read"), parked=_total(latest, "parked"),
        last_sync=last_sync, skipped=len(skipped), skipped_more=more,
    )
    return shown, list(_groups(card.code, skipped, language))


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


def _standing(
    connector: Connector, card: ShopCard | UnreadableCard, allowed: bool, latest: SyncRun | None, language: str
) -> tuple[ShopState, Reason, ProblemView | None]:
    if isinstance(card, UnreadableCard):
        return ShopState.NEEDS_YOU, Reason.CARD_UNREADABLE, problem_told(card.problem, language)
    if not card.enabled:
        return ShopState.PAUSED, Reason.SWITCHED_OFF, None
    if not allowed:
        return ShopState.PAUSED, Reason.HTTP_REQUESTS, None
    access: dict[str, Any] = connector.tokens.described(card.code)
    if access["state"] != AccessState.CONNECTED:
        code = str(access["reason"] or "access-token-missing")
        return ShopState.NEEDS_YOU, Reason.ACCESS, problem_view(code, access["detail"] or "", language)
    if latest is None:
        return ShopState.RUNNING, Reason.NEVER_RAN, None
    if latest.state == "failed":
        return *_failure(connector, latest), problem_view(latest.error_code, latest.error_detail, language)
    if latest.state in ("running", "continuing"):
        return ShopState.RUNNING, Reason.UNDER_WAY, None
    return ShopState.RUNNING, Reason.INTERRUPTED if latest.state == "interrupted" else Reason.SUCCEEDED, None


def _failure(connector: Connector, latest: SyncRun) -> tuple[ShopState, Reason]:
    """Another service's failure passes by itself, as far as one can tell within an hour."""
    began = from_iso(latest.started_at)
    passes = CATALOGUE[latest.error_code].fault is Fault.OTHER_SERVICE
    if passes and connector.clock.now() - began < PATIENCE:
        return ShopState.RUNNING, Reason.WAITING
    return ShopState.NEEDS_YOU, Reason.FAILED


def _since(
    reason: Reason, connector: Connector, card: ShopCard | UnreadableCard, latest: SyncRun | None
) -> str | None:
    if isinstance(card, UnreadableCard):
        return None
    if reason is Reason.ACCESS:
        return connector.tokens.connections.get(card.code).at or None
    if reason is Reason.SWITCHED_OFF:
        return connector.shops.switched_at(card) or None
    if latest is None or reason is Reason.HTTP_REQUESTS:
        return None
    return latest.started_at if reason in (Reason.UNDER_WAY, Reason.FAILED) else latest.ended_at or latest.started_at


def _next_step(reason: Reason, skips: bool) -> NextStep:
    by_reason = {
        Reason.ACCESS: NextStep.REQUEST_ACCESS, Reason.FAILED: NextStep.LOOK_AT_RUN,
        Reason.CARD_UNREADABLE: NextStep.LOOK_AT_CARD, Reason.SWITCHED_OFF: NextStep.ENABLE,
        Reason.HTTP_REQUESTS: NextStep.ALLOW_HTTP_REQUESTS,
    }
    return by_reason.get(reason, NextStep.SEE_SKIPPED if skips else NextStep.SYNC_NOW)


def _total(run: SyncRun | None, figure: str) -> int:
    return sum(getattr(counts, figure) for counts in run.counts.values()) if run else 0


def problem_view(code: str, detail: Text, language: str) -> ProblemView:
    """What a code means, with the sentence about this case."""
    told = CATALOGUE[code].told(language)
    return ProblemView(code=code, title=told.title, fix=told.fix, fault=told.fault, detail=detail)


def problem_told(problem: ConnectorError, language: str) -> ProblemView:
    """What a problem means, with its own sentence in this language."""
    return problem_view(problem.code, said(problem.sentence, language), language)


def _groups(shop: str, found: Sequence[Tally], language: str) -> Iterable[SkippedGroup]:
    oldest: dict[str, str] = {}
    for one in found:
        oldest[one.code] = min(oldest.get(one.code, one.first_at), one.first_at)
    for code, records in Counter(one.code for one in found).items():
        title = CATALOGUE[code].told(language).title
        yield SkippedGroup(shop=shop, code=code, title=title, records=records, oldest=oldest[code])
