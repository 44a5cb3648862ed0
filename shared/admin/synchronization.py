"""Synchronization: start it, see how far each type has come, reset a type; and the history of runs."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from shared.admin.frame import moment_of
from shared.admin.services import impatient
from shared.clock import iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.record_names import several_called
from shared.shopify.counting import count_changed
from shared.stores.sync_runs import SyncRun
from shared.stores.synchronization_info import SynchronizationInfo
from shared.sync.back_fill import request_back_fill
from shared.sync.queue import request_sync
from shared.texts import Text, sentence


class InfoView(msgspec.Struct, frozen=True, kw_only=True):
    """How far one type of a shop has come; times are UTC, ISO 8601."""

    shop: str
    type: str
    last_sync_time: str | None
    first_began: str | None
    running: bool
    last_outcome: Text | None
    changed_by: str | None


class CountView(msgspec.Struct, frozen=True, kw_only=True):
    """How many records of a type Shopify has that were changed since a time, UTC; since: None = ever.

    count  None where Shopify does not count them; exact: False for "at least so many"
    """

    shop: str
    type: str
    since: str | None
    count: int | None
    exact: bool


class RunView(SyncRun, kw_only=True):
    """A run, and where to find what it left behind; not frozen, since a run is not."""

    links: dict[str, str]


class BackFillQueued(msgspec.Struct, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}):
    """The span that is brought in, UTC."""

    queued: bool = True
    since: str
    until: str


def start_sync(connector: Connector, shop: str, types: Sequence[str], *, by: str) -> list[str]:
    """Put a run on the queue, of these types or of all; which. ConnectorError as request_sync."""
    with connector.operations.recorded("start_sync", by=by, shop=shop) as operation:
        operation.after = {"types": list(types) or list(connector.types.names)}
        request_sync(connector, shop, started_by=by, types=types)
    return list(types) or list(connector.types.names)


def back_fill_orders(connector: Connector, shop: str, since: datetime, until: datetime, *, by: str) -> BackFillQueued:
    """Put a back-fill of orders on the queue; ConnectorError as request_back_fill."""
    with connector.operations.recorded("back_fill_orders", by=by, shop=shop) as operation:
        operation.after = {"from": iso(since), "to": iso(until)}
        begin, end = request_back_fill(connector, shop, since, until, started_by=by)
        operation.after = {"from": begin, "to": end}
    return BackFillQueued(since=begin, until=end)


def list_info(connector: Connector, shop: str) -> list[InfoView]:
    """Every type of a shop."""
    return [info_view(info) for info in connector.informations.of(shop).values()]


def get_info(connector: Connector, shop: str, type: str) -> InfoView:
    """One type; ConnectorError not-found for one that is none."""
    return info_view(connector.informations.get(shop, type))


def to_reset(connector: Connector, shop: str, type: str) -> tuple[InfoView, str]:
    """One type, and up to where it was read, UTC, ISO 8601; "" before its first run. ConnectorError not-found."""
    info = connector.informations.get(shop, type)
    reached = connector.informations.read_up_to(info)
    return info_view(info), iso(reached) if reached else ""


def time_of_reset(connector: Connector, text: str) -> datetime:
    """The time that a form names, in the zone of the portal's times; ConnectorError input-invalid for none, and for
    one to come."""
    to = moment_of(connector, text)
    if to is None or to > connector.clock.now():
        raise ConnectorError("input-invalid", sentence("a reset to a time needs one that has passed"))
    return to


def count_since(connector: Connector, shop: str, type: str, since: datetime | None) -> CountView:
    """How many records a run would read after a reset to a time, or (None) completely; Shopify is asked.

    ConnectorError not-found for a type that is none, and whatever keeps Shopify from answering.
    """
    card = connector.shops.get(shop)
    connector.informations.check_type(type)
    connector.tokens.check(card.code, card.host)
    client = impatient(connector, "shopify-unavailable").shopify(card)
    try:
        found = count_changed(client, type, since)
    finally:
        client.close()
    return CountView(shop=card.code, type=type, since=iso(since) if since else None,
                     count=found.count if found else None, exact=found is not None and found.is_exact)


def set_last_sync_time(
    connector: Connector, shop: str, type: str, to: datetime, confirm: str, *, by: str
) -> InfoView:
    """The next run takes what changed since `to`; ConnectorError as Informations.set_last_sync_time.

    confirm  up to where the type was read, for a later time: what changed between the two is never read. The call
             without it names it (confirmation-needed).
    """
    return _reset(connector, "set_synchronization_info", shop, type, to, by, confirm)


def reset(connector: Connector, shop: str, type: str, *, by: str) -> InfoView:
    """The next run takes everything; ConnectorError not-found."""
    return _reset(connector, "reset_synchronization_info", shop, type, None, by)


def list_runs(connector: Connector, shop: str) -> list[RunView]:
    """The latest runs, newest first."""
    return [_run(run) for run in connector.runs.latest(shop)]


def get_run(connector: Connector, shop: str, run: str) -> RunView:
    """One run; ConnectorError not-found."""
    return _run(connector.runs.get(shop, run))


def _reset(
    connector: Connector, name: str, shop: str, type: str, to: datetime | None, by: str, confirm: str = ""
) -> InfoView:
    with connector.operations.recorded(name, by=by, shop=shop) as operation:
        before = connector.informations.get(connector.shops.get(shop).code, type)

        def check(info: SynchronizationInfo) -> None:
            nonlocal before
            before = info
            if to:
                _check_what_it_leaves_out(connector.informations.read_up_to(info), info, to, confirm)

        operation.type = type
        operation.after = {"last_sync_time": iso(to) if to else ""}
        info = connector.informations.set_last_sync_time(shop, type, to, by=by, check=check)
        operation.changed({"last_sync_time": before.last_sync_time}, {"last_sync_time": info.last_sync_time})
    return info_view(info)


def _check_what_it_leaves_out(reached: datetime | None, info: SynchronizationInfo, to: datetime, confirm: str) -> None:
    """A reset reads again; one to a time that no run has come to leaves out what changed before it, for good."""
    if reached is None or to <= reached or confirm == iso(reached):
        return
    raise ConnectorError("confirmation-needed", sentence(
        "{types!c} of shop {shop} were read up to {reached}; what changed after that and before {time} would never be "
        "read. Set that time or an earlier one to read all of it; confirm={confirm} leaves it out",
        types=several_called(info.type), shop=info.shop, reached=reached, time=to, confirm=iso(reached)))


def info_view(info: SynchronizationInfo) -> InfoView:
    """A row for reading."""
    return InfoView(
        shop=info.shop, type=info.type, last_sync_time=info.last_sync_time or None,
        first_began=info.first_began or None, running=bool(info.run_until), last_outcome=info.last_outcome or None,
        changed_by=info.changed_by or None,
    )


def _run(run: SyncRun) -> RunView:
    of_shop = f"/api/shops/{run.shop}"
    return RunView(**msgspec.structs.asdict(run), links={
        "log_entries": f"/api/log-entries?shop={run.shop}&run={run.id}",
        "data_captures": f"{of_shop}/data-captures?run={run.id}",
        "skipped_records": f"{of_shop}/skipped-records?run={run.id}",
    })
