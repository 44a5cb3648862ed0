"""Skipped records: list them with what their codes mean, have them tried again, dismiss one."""
from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, NamedTuple

import msgspec

from shared.admin.web_client import NOWHERE, WebClient, web_client
from shared.clock import from_iso
from shared.connector import Connector
from shared.errors import ConnectorError, problem_of
from shared.problems import CATALOGUE
from shared.record_names import one_called
from shared.shops.card import ShopCard
from shared.shops.store import UnreadableCard
from shared.stores.skipped_records import OURS, SkippedRecord, Tally, Wanted
from shared.sync.page import LEFT_ALONE
from shared.telemetry import SIDE_BY_SIDE, beside, side_by_side
from shared.texts import Text, said, sentence

MOST_AT_ONCE = 20_000
"""Records of a shop that are sorted, or put into a file."""

Sort = Literal["", "oldest", "newest", "tries", "next"]

_ORDER: dict[Sort, Callable[[SkippedRecord], Any]] = {
    "oldest": lambda one: from_iso(one.first_at), "newest": lambda one: from_iso(one.first_at),
    "tries": lambda one: one.tries, "next": lambda one: one.next_try or "~",
}
_GREATEST_FIRST = ("newest", "tries")

MOST_COUNTED = 999
"""Records of a shop that are counted by reason: one call of storage, which tells of one more."""

SHOWN = 5
"""Records that are shown of each reason."""


class SkippedView(SkippedRecord, frozen=True, kw_only=True):
    """A skipped record with what its code means, who has to act and where, in the reader's language.

    mended_on  address of the page of Business Central's web client where the reason is mended; "" where there is none
    """

    title: str
    fix: str
    fault: str
    mended_on: str


class SkippedPage(NamedTuple):
    """Records; more may follow while `continuation` is not empty."""

    records: list[SkippedView]
    continuation: str


class ReasonView(msgspec.Struct, frozen=True, kw_only=True):
    """What is skipped in one shop for one reason, in the reader's language.

    records  the first of them; how many there are, at least so many where `more`, says `count`
    """

    shop: str
    code: str
    title: str
    fix: str
    fault: str
    mended_on: str
    count: int
    more: bool
    records: list[SkippedView]


def list_skipped(
    connector: Connector, shop: str, type: str | None, wanted: Wanted, *, language: str,
    continuation: str, limit: int,
) -> SkippedPage:
    """Those of a shop that are wanted; ConnectorError input-invalid for a continuation that is none."""
    records, after = connector.skipped.page(shop, type, continuation, limit, wanted)
    return SkippedPage(_views(connector, records, language), after)


def sorted_skipped(
    connector: Connector, shop: str, type: str, wanted: Wanted, sort: Sort, *, language: str,
    continuation: str, limit: int,
) -> SkippedPage:
    """The same, sorted; "" in the order of types and ids. ConnectorError as list_skipped."""
    if not sort:
        return list_skipped(
            connector, shop, type or None, wanted, language=language, continuation=continuation, limit=limit)
    begin = _place(continuation)
    found = sorted(_all_of(connector, shop, type, wanted), key=_ORDER[sort], reverse=sort in _GREATEST_FIRST)
    after = str(begin + limit) if len(found) > begin + limit else ""
    return SkippedPage(_views(connector, found[begin : begin + limit], language), after)


def all_skipped(
    connector: Connector, shop: str, type: str, wanted: Wanted, *, language: str
) -> list[SkippedView]:
    """Those of a shop, or ("") of every one; ConnectorError shop-unknown, input-invalid for too many."""
    shops = [connector.shops.known(shop)] if shop else connector.shops.codes()
    return [view for code in shops for view in _views(connector, _all_of(connector, code, type, wanted), language)]


def _all_of(
    connector: Connector, shop: str, type: str, wanted: Wanted
) -> list[SkippedRecord]:
    found, more = connector.skipped.page(shop, type or None, "", MOST_AT_ONCE, wanted)
    if more:
        raise ConnectorError("input-invalid", sentence(
            "these are more than {number} records of shop {shop}: choose fewer", number=MOST_AT_ONCE, shop=shop))
    return found


def _place(continuation: str) -> int:
    if not re.fullmatch(r"[0-9]{0,6}", continuation, re.ASCII):
        raise ConnectorError("input-invalid", sentence(
            "{continuation} is not the continuation of a list", continuation=repr(continuation[:60])))
    return int(continuation or 0)


def by_reason(
    connector: Connector, shop: str, type: str, wanted: Wanted, *, language: str
) -> list[ReasonView]:
    """Skipped records of a shop, or ("") of every one, by reason, the most first; ConnectorError shop-unknown."""
    known = connector.shops.known(shop) if shop else ""
    cards = [one for one in connector.shops.each() if one.code == (known or one.code)]
    counted = side_by_side(
        lambda card: connector.skipped.tally(card.code, type or None, wanted, MOST_COUNTED), cards)
    reasons = [one for card, found in zip(cards, counted, strict=True) for one in _reasons(card, *found)]
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="reasons") as lanes:
        shown = [beside(lanes, connector.skipped.counted, one.card.code, one.found[:SHOWN],
                        wanted._replace(code=one.code)) for one in reasons]
        ways = {code: beside(lanes, _way, connector, card)
                for code, card in {one.card.code: one.card for one in reasons}.items()}
    found = [_view_of_reason(one, records.result(), ways[one.card.code].result(), language)
             for one, records in zip(reasons, shown, strict=True)]
    return sorted(found, key=lambda one: (-one.count, one.title, one.shop))


class _Reason(NamedTuple):
    """What is skipped in a shop for one reason, as far as it was counted."""

    card: ShopCard | UnreadableCard
    code: str
    found: list[Tally]
    more: bool


def _reasons(card: ShopCard | UnreadableCard, counted: Sequence[Tally], more: bool) -> list[_Reason]:
    return [_Reason(card, code, [one for one in counted if one.code == code], more)
            for code in dict.fromkeys(one.code for one in counted)]


def _way(connector: Connector, card: ShopCard | UnreadableCard) -> WebClient:
    return web_client(connector, card if isinstance(card, ShopCard) else None)


def _view_of_reason(
    reason: _Reason, records: Sequence[SkippedRecord], there: WebClient, language: str
) -> ReasonView:
    return ReasonView(
        shop=reason.card.code, code=reason.code, count=len(reason.found), more=reason.more,
        mended_on=there.mended(reason.code), records=[view_of(one, language, there) for one in records],
        **_meaning(reason.code, language))


def get_skipped(connector: Connector, shop: str, type: str, id: str, *, language: str) -> SkippedView:
    """One; ConnectorError not-found."""
    found = connector.skipped.get(shop, type, id)
    if found is None:
        raise not_skipped(shop, type, id)
    return _views(connector, [found], language)[0]


def retry_all(connector: Connector, shop: str, *, code: str, type: str, by: str) -> int:
    """Let all be tried in the next run, or those of one code or type; how many."""
    with connector.operations.recorded("retry_skipped_records", by=by, shop=shop, type=type) as operation:
        shop = connector.shops.known(shop)
        check_code(connector, shop, code)
        due = connector.skipped.make_all_due(shop, connector.clock.now(), by=by, code=code, type=type)
        operation.after = {"code": code, "due": due}
    return due


def retry(connector: Connector, shop: str, type: str, id: str, *, by: str, seen: str | None = None) -> None:
    """Let one be tried in the next run, also a dismissed one; ConnectorError not-found.

    seen  as in dismiss: ConnectorError confirmation-needed where somebody else has dismissed it since
    """
    def check(record: SkippedRecord) -> None:
        if record.dismissed_at and _is_news(record, seen, by):
            raise ConnectorError("confirmation-needed", sentence(
                "{who} has dismissed it meanwhile; read the note, and retry it again if it is to be tried all the same",
                who=_worded(record.dismissed_by)))

    with connector.operations.recorded("retry_skipped_record", by=by, shop=shop, type=type, record_id=id) as operation:
        # At the operation's own time: that of a record's history, which lists it once.
        before = connector.skipped.make_due(shop, type, id, from_iso(operation.at), by=by, check=check)
        if before is None:
            raise not_skipped(shop, type, id)
        operation.changed({"dismissed": bool(before.dismissed_at)}, {"dismissed": False, "due": True})


def dismiss(
    connector: Connector, shop: str, type: str, id: str, *, note: str, by: str, seen: str | None = None
) -> None:
    """Leave one alone until it changes in Shopify; ConnectorError not-found, or input-invalid without a note.

    The note stays on the record; it may name people, so the operation does not repeat it.

    seen  when somebody had decided about it last as far as he knew (SkippedRecord.decided), None for whoever does not
          mind: ConnectorError confirmation-needed where it was dismissed since, or somebody else let it be tried again
    """
    def check(record: SkippedRecord) -> None:
        if record.dismissed_at and _is_news(record, seen) and not is_the_same(record):
            raise ConnectorError("confirmation-needed", sentence(
                "{who} has dismissed it meanwhile; dismiss it again to put your note in place of that one",
                who=_worded(record.dismissed_by)))
        if not record.dismissed_at and _is_news(record, seen, by):
            raise ConnectorError("confirmation-needed", sentence(
                "{who} has let it be tried again meanwhile; dismiss it again to leave it alone all the same",
                who=record.retried_by))

    def is_the_same(record: SkippedRecord) -> bool:
        return (record.dismissed_by, record.note) == (by, note.strip())

    before = connector.skipped.get(shop, type, id)
    if seen is not None and before is not None and before.dismissed_at and is_the_same(before):
        return
    with connector.operations.recorded(
        "dismiss_skipped_record", by=by, shop=shop, type=type, record_id=id,
    ) as operation:
        if not note.strip():
            raise ConnectorError("input-invalid", sentence("note: say why the record is dismissed"))
        before = connector.skipped.dismiss(
            shop, type, id, note=note.strip(), by=by, now=connector.clock.now(), check=check)
        if before is None:
            raise not_skipped(shop, type, id)
        operation.changed({"dismissed": bool(before.dismissed_at)}, {"dismissed": True})


def _is_news(record: SkippedRecord, seen: str | None, by: str = "") -> bool:
    """Whether somebody, but not `by`, has decided about it since it was `seen`."""
    return seen is not None and record.decided.at not in ("", seen) and record.decided.by != by


def check_code(connector: Connector, shop: str, code: str) -> None:
    """ConnectorError input-invalid for one that is none. One that a later version has kept in the shop is one."""
    if code and code not in CATALOGUE and not connector.skipped.has(shop, code):
        raise ConnectorError("input-invalid", sentence("code {code} is not an error code", code=repr(code[:50])))


def detail_of(one: SkippedRecord, language: str) -> str:
    """Why it was skipped, in this language where that was kept."""
    return one.detail if one.said is msgspec.UNSET else said(one.said, language)


def not_skipped(shop: str, type: str, id: str) -> ConnectorError:
    """There is no such skipped record."""
    return ConnectorError("not-found", sentence(
        "{record} is not a skipped record of shop {shop}", record=one_called(type[:20], id[:20]), shop=shop))


def view_of(one: SkippedRecord, language: str, there: WebClient) -> SkippedView:
    """One for reading; there: Business Central of its shop."""
    shown = {
        **msgspec.structs.asdict(one), "detail": detail_of(one, language), "said": msgspec.UNSET,
        "dismissed_by": _told(one.dismissed_by, language), "note": _told(one.note, language),
    }
    return SkippedView(**shown, mended_on=there.mended(one.code), **_meaning(one.code, language))


def _views(connector: Connector, records: Sequence[SkippedRecord], language: str) -> list[SkippedView]:
    """Those of one shop for reading."""
    there = web_client(connector, connector.shops.readable(records[0].shop)) if records else NOWHERE
    return [view_of(one, language, there) for one in records]


def _told(text: str, language: str) -> str:
    """A note or a name as somebody wrote it; what the connector wrote in the reader's language."""
    return said(_worded(text), language)


def _worded(text: str) -> Text:
    return next((one for one in (*OURS, LEFT_ALONE) if str(one) == text), text)


def _meaning(code: str, language: str) -> dict[str, Any]:
    """What every view adds to a code."""
    return problem_of(code).told(language)._asdict()
