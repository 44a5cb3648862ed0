"""Reads Shopify Payments: payouts with what they are made of, and disputes.

Neither knows when it changed, so they are listed from an id or a time on, and those that may still change are read
by id. A shop without Shopify Payments answers without an account; that, and a token that may not read it, is
`PaymentsNotUsed` and no error. Source: Shopify's Admin schema 2026-10, ShopifyPaymentsAccount. Border: reading only;
every record stays the bytes that were sent.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import msgspec

from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.shopify.client import ShopifyClient
from shared.shopify.completion import Named
from shared.shopify.cursors import Trail, next_cursor
from shared.shopify.payment_records import Dispute, Payout
from shared.shopify.reading import IDS_PER_CALL, Nodes
from shared.shopify.records import number_of

T = TypeVar("T")

PaymentKind = Literal["payouts", "disputes"]
MOST_PAGES = 1000
"""Of the balance transactions of one payout: a quarter of a million."""

ACCOUNT_SCOPES = frozenset({"read_shopify_payments", "read_shopify_payments_accounts"})


@dataclass(frozen=True)
class PaymentShape:
    """How one kind is read. `since` is the search field of its date; `whole` completes a record."""

    type_name: str
    struct: type[Payout] | type[Dispute]
    listed: str
    by_id: str
    since: str
    scopes: frozenset[str]
    whole: Callable[[ShopifyClient, bytes], bytes]


class PaymentsNotUsed(Exception):
    """The shop has no Shopify Payments, or its token may not read it; the text says which."""


class PaymentsPage(msgspec.Struct, frozen=True):
    """Records as sent; `next_cursor` is None on the last page."""

    records: list[bytes]
    next_cursor: str | None


class _Account(msgspec.Struct):
    page: Nodes


class _Listed(msgspec.Struct):
    account: _Account | None


class _Numbered(msgspec.Struct):
    id: str


def payments_page(
    client: ShopifyClient, kind: PaymentKind, *, from_number: int = 0, since: str = "", cursor: str | None = None
) -> PaymentsPage:
    """One page of those with this id or a greater one, or of this time (ISO 8601) or a later one; else of all.

    PaymentsNotUsed; else raises what ShopifyClient.ask raises.
    """
    shape = SHAPES[kind]
    _check_scopes(client, shape)
    wanted = f"id:>={from_number}" if from_number else f"{shape.since}:>='{since}'" if since else None
    return _page(client, shape.listed, {"filter": wanted, "after": cursor})


def payments_by_ids(client: ShopifyClient, kind: PaymentKind, numbers: Sequence[int]) -> list[bytes]:
    """The named ones as they are now; those that do not exist are left out. Raises as `payments_page`."""
    shape, found = SHAPES[kind], []
    _check_scopes(client, shape)
    for start in range(0, len(numbers), IDS_PER_CALL):
        gids = [f"gid://shopify/{shape.type_name}/{number}" for number in numbers[start:start + IDS_PER_CALL]]
        answer = _ask(client, shape.by_id, {"ids": gids}, Named)
        found += [raw for raw in answer.in_order_of(gids) if raw is not None]
    return found


def number_in(raw: bytes) -> int:
    """The record's number; ConnectorError record-unreadable without one."""
    try:
        return number_of(decoded(raw, type=_Numbered).id)
    except (msgspec.ValidationError, ValueError) as error:
        raise ConnectorError("record-unreadable", f"A record of Shopify Payments has no id: {error}") from error


def with_transactions(client: ShopifyClient, raw: bytes) -> bytes:
    """The payout `raw` with its balance transactions added, all of them, as they were sent."""
    parts = decoded(raw, type=dict[str, msgspec.Raw])
    movements = [msgspec.Raw(one) for one in _transactions(client, number_in(raw))]
    return msgspec.json.encode({**parts, "balanceTransactions": movements})


def _check_scopes(client: ShopifyClient, shape: PaymentShape) -> None:
    """Ask nothing that is known to be denied: every run would leave an error in the log."""
    for scopes in (ACCOUNT_SCOPES, shape.scopes):
        if not client.may_read(scopes):
            raise PaymentsNotUsed(f"the access token lacks {' or '.join(sorted(scopes))}")


def _transactions(client: ShopifyClient, payout: int) -> Iterator[bytes]:
    cursor: str | None = None
    trail = Trail(f"balance transactions of payout {payout}", most=MOST_PAGES)
    while True:
        page = _page(client, "payout_transactions", {"filter": f"payments_transfer_id:{payout}", "after": cursor})
        yield from page.records
        if page.next_cursor is None:
            return
        cursor = trail.follow(page.next_cursor)


def _page(client: ShopifyClient, document: str, variables: Mapping[str, Any]) -> PaymentsPage:
    account = _ask(client, document, variables, _Listed).account
    if account is None:
        raise PaymentsNotUsed("the shop has no Shopify Payments account")
    return PaymentsPage([bytes(node) for node in account.page.nodes], next_cursor(account.page.page_info, document))


def _ask(client: ShopifyClient, document: str, variables: Mapping[str, Any], type: type[T]) -> T:
    try:
        return client.ask(document, variables, type=type)
    except ConnectorError as problem:
        if problem.code != "access-scope-changed":
            raise
        raise PaymentsNotUsed(problem.detail) from problem


SHAPES: dict[PaymentKind, PaymentShape] = {
    "payouts": PaymentShape(
        "ShopifyPaymentsPayout", Payout, "payouts_since", "payouts_by_id", since="issued_at",
        scopes=frozenset({"read_shopify_payments_payouts"}), whole=with_transactions),
    "disputes": PaymentShape(
        "ShopifyPaymentsDispute", Dispute, "disputes_since", "disputes_by_id", since="initiated_at",
        scopes=frozenset({"read_shopify_payments_disputes"}), whole=lambda client, raw: raw),
}
