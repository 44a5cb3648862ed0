"""Back-fill: the orders created within a span of time, brought in because an operator asks for them.

History comes in too, Orders to Import holds. No synchronization time is moved: the run's own row says how far it has
come, by the time of change, so that a fresh invocation goes on there, whatever became of the one before. What comes
twice is recognised. Sources: Shopify API search syntax, `created_at` of orders; Order.createdAt never changes.
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from shared.clock import from_iso, iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.record_names import several_called
from shared.shopify.cursors import Trail
from shared.shopify.installation import ALL_ORDERS, READABLE, granted_scopes
from shared.shopify.reading import EARLIEST, Page
from shared.stores.sync_runs import SyncRun
from shared.stores.synchronization_info import SynchronizationInfo
from shared.sync.context import JobContext
from shared.sync.deadline import Deadline
from shared.sync.in_bulk import PAGED, Asked
from shared.sync.job import cursor_keeps, pages, read_through
from shared.sync.queue import SyncJob, check_ready, send
from shared.sync.record_type import RecordType
from shared.sync.shop_lease import check_free
from shared.texts import sentence

_FOREVER = timedelta(days=3650)


def request_back_fill(
    connector: Connector, shop: str, since: datetime, until: datetime, *, started_by: str
) -> tuple[str, str]:
    """Put a back-fill of the orders created from `since` on and before `until` on the queue; the span, in UTC.

    ConnectorError: as request_sync, and what checked_span raises.
    """
    check_ready(connector, connector.shops.get(shop))
    begin, end = checked_span(connector, shop, since, until)
    check_free(connector, shop)
    send(connector, SyncJob(
        shop=shop, started_by=started_by, types=("orders",), created_since=begin, created_until=end))
    return begin, end


def checked_span(connector: Connector, shop: str, since: datetime, until: datetime) -> tuple[str, str]:
    """The span as it is asked for, in whole seconds as Shopify's times are; nothing is older than 2004.

    ConnectorError input-invalid for a span that is none or lies in the future, access-scope-changed where Shopify
    would silently leave out the older ones.
    """
    now = connector.clock.now()
    since, until = (max(moment, EARLIEST).replace(microsecond=0) for moment in (since, until))
    if since >= until:
        raise ConnectorError("input-invalid", sentence(
            "from {since} is not before to {until}", since=since, until=until))
    if since > now:
        raise ConnectorError("input-invalid", sentence("from {since} lies in the future", since=since))
    if since < now - READABLE and ALL_ORDERS not in granted_scopes(connector.shopify(connector.shops.get(shop))):
        raise ConnectorError("access-scope-changed", sentence(
            "shop {shop} has not granted {scope}: Shopify shows no orders older than {days} days without it, and "
            "{since} is. Grant it, or begin later", shop=shop, scope=ALL_ORDERS, days=READABLE.days, since=since))
    return iso(since), iso(until)


def read_span(one: RecordType, context: JobContext, deadline: Deadline, progress: Callable[[], None]) -> None:
    """The orders of the run's span from where the run has come to; page by page the oldest change comes first.

    OutOfTime between two pages when the budget is used up; Waiting while Shopify writes its file.
    """
    run, trail = context.run, Trail(several_called("orders"))

    def turned(page: Page) -> None:
        run.position = iso(page.reached) if page.reached else run.position
        run.cursor = trail.follow(page.next_cursor) if page.next_cursor else ""
        run.saved = iso(context.clock.now())
        progress()

    def read_by(what: str) -> None:
        run.bulk, run.cursor = what, ""
        progress()

    asked = Asked("orders", EARLIEST, _end(run), _created_within(run))
    decided = run.bulk or (PAGED if run.cursor or run.position else "")
    read_through(one, asked, decided, run.cursor, context, deadline, turned=turned, read_by=read_by,
                 paged=lambda: pages(context.shopify, _place(run, context.clock.now()), trail, also=asked.also))


def _place(run: SyncRun, now: datetime) -> SynchronizationInfo:
    """Where the run goes on: at its cursor as long as that is trusted, else at its position.

    It has no upper bound of its own: what changes while it goes on moves to the end, and is met there.
    """
    bounds = SynchronizationInfo(
        shop=run.shop, type="orders", run_since=iso(EARLIEST), run_until=iso(_end(run)),
        run_cursor=run.cursor, run_position=run.position, run_saved=run.saved)
    return bounds if cursor_keeps(bounds, now) else bounds.with_(
        run_since=run.position or bounds.run_since, run_cursor="")


def _end(run: SyncRun) -> datetime:
    return from_iso(run.started_at).replace(microsecond=0) + _FOREVER


def _created_within(run: SyncRun) -> str:
    return f"created_at:>='{run.created_since}' created_at:<'{run.created_until}'"
