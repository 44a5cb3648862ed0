"""Reads Shopify Payments: payouts with what they are made of, and disputes.

Neither knows when it changed, so they are listed from an id or a time on, and those that may still change are read
by id; one that Shopify cannot give is reported alone (listing.py). A shop without Shopify Payments answers without an
account; that, and a token that may not read it, is `PaymentsNotUsed` and no error. Source: Shopify's Admin schema
2026-10, ShopifyPaymentsAccount. Border: reading only; every record stays the bytes that were sent.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import msgspec

from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.shopify.answers import Answer
from shared.shopify.client import ShopifyClient
from shared.shopify.cursors import Trail
from shared.shopify.failures import QueryFailed
from shared.shopify.listing import Listing, Nodes, Search, Sent, SentPage, Variables, read_named, read_page
from shared.shopify.payment_records import Dispute, Payout
from shared.texts import Sentence, as_said, sentence

MOST_PAGES = 1000
"""Of the balance transactions of one payout: a quarter of a million."""

PAGE = 50

ACCOUNT_SCOPES = frozenset({"read_shopify_payments", "read_shopify_payments_accounts"})


@dataclass(frozen=True)
class PaymentShape:
    """How one type is read. `since` is the search field of its date; `whole` completes a record."""

    type_name: str
    struct: type[Payout] | type[Dispute]
    listed: str
    places: str
    by_id: str
    since: str
    scopes: frozenset[str]
    whole: Callable[[ShopifyClient, str, bytes], bytes]


class PaymentsNotUsed(Exception):
    """The shop has no Shopify Payments, or its token may not read it; the sentence says which."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class _Account(msgspec.Struct):
    page: msgspec.Raw


class _Listed(msgspec.Struct):
    account: _Account | None


def payments_page(
    client: ShopifyClient, type: str, *, after: str = "", since: str = "", cursor: str | None = None
) -> SentPage:
    """One page of those with a greater id than `after`, or of this time (ISO 8601) or a later one; else of all.

    PaymentsNotUsed; else raises what ShopifyClient.ask raises of the whole service.
    """
    with _used(client, type):
        return read_page(client, _list_of(type), payments_search(type, after, since).filter, cursor=cursor)


def payments_search(type: str, after: str = "", since: str = "") -> Search:
    """The search of `payments_page`."""
    wanted = f"id:>={int(after) + 1}" if after else f"{PAYMENT_SHAPES[type].since}:>='{since}'" if since else None
    return Search(wanted, _needs(type))


def payments_by_ids(client: ShopifyClient, type: str, ids: Sequence[str]) -> Sent:
    """The named ones as they are now; those that do not exist are left out. Raises as `payments_page`."""
    with _used(client, type):
        return read_named(client, _list_of(type), ids)


def with_transactions(client: ShopifyClient, id: str, raw: bytes) -> bytes:
    """The payout `raw` with its balance transactions added, all of them, as they were sent."""
    parts = decoded(raw, type=dict[str, msgspec.Raw])
    movements = [msgspec.Raw(one) for one in _transactions(client, id)]
    return msgspec.json.encode({**parts, "balanceTransactions": movements})


@contextmanager
def _used(client: ShopifyClient, type: str) -> Iterator[None]:
    """What the token may not read is not used. Nothing is asked that is known to be denied: every run would leave an
    error in the log."""
    for scopes in _needs(type):
        if not client.may_read(scopes):
            raise PaymentsNotUsed(sentence(
                "the access token lacks {scopes}", scopes=reduce(_either, map(as_said, sorted(scopes)))))
    try:
        yield
    except ConnectorError as problem:
        if problem.code != "access-scope-changed":
            raise
        raise PaymentsNotUsed(problem.sentence) from problem


def _either(first: Sentence, second: Sentence) -> Sentence:
    return sentence("{first} or {second}", first=first, second=second)


def _needs(type: str) -> Sequence[frozenset[str]]:
    return ACCOUNT_SCOPES, PAYMENT_SHAPES[type].scopes


def _list_of(type: str) -> Listing:
    shape = PAYMENT_SHAPES[type]
    return Listing(
        name=type, type_name=shape.type_name, changed=shape.listed, places=shape.places, by_id=shape.by_id, size=PAGE,
        everything=None, needs=_needs(type), ask=_ask, page=_page_in)


def _ask(client: ShopifyClient, asked: str, variables: Variables, most_tries: int | None) -> Answer:
    return client.ask(asked, variables, most_tries=most_tries)


def _page_in(answer: Answer) -> Answer:
    account = answer.read(_Listed).account
    if account is None:
        raise PaymentsNotUsed(sentence("the shop has no Shopify Payments account"))
    return replace(answer, data=bytes(account.page))


def _transactions(client: ShopifyClient, payout: str) -> Iterator[bytes]:
    cursor: str | None = None
    trail = Trail(sentence("balance transactions of payout {number}", number=payout), most=MOST_PAGES)
    while True:
        wanted: Mapping[str, Any] = {"filter": f"payments_transfer_id:{payout}", "after": cursor}
        page = _transactions_in(client.ask("payout_transactions", wanted))
        yield from map(bytes, page.nodes)
        cursor = trail.next(page.page_info)
        if cursor is None:
            return


def _transactions_in(answer: Answer) -> Nodes:
    """A page of them. The shop has an account, or it had listed no payout: one that is missing now is this answer's."""
    try:
        return _page_in(answer).read(Nodes)
    except PaymentsNotUsed as reason:
        raise QueryFailed("record-unreadable", sentence(
            "Shopify's answer {request}: {reason}", request=answer.request_id, reason=reason.sentence)) from reason


PAYMENT_SHAPES: dict[str, PaymentShape] = {
    "payouts": PaymentShape(
        "ShopifyPaymentsPayout", Payout, "payouts_since", "payouts_places", "payouts_by_id", since="issued_at",
        scopes=frozenset({"read_shopify_payments_payouts"}), whole=with_transactions),
    "disputes": PaymentShape(
        "ShopifyPaymentsDispute", Dispute, "disputes_since", "disputes_places", "disputes_by_id", since="initiated_at",
        scopes=frozenset({"read_shopify_payments_disputes"}), whole=lambda client, id, raw: raw),
}
