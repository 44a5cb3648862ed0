"""Shopify Payments: what the account of the simulated shop answers.

The state's `payments_account` is the account, None for a shop without Shopify Payments. Source: Admin schema 2026-10,
ShopifyPaymentsAccount. Transfers to the bank are movements of the balance until asked away with hideTransfers.
Border: records are built in `payment_records`, scopes are checked in `access`.
"""
from __future__ import annotations

from typing import Any

from local.shopify.execution import Execution, Resolver
from local.shopify.lists import all_rows, connection, paged
from local.shopify.paging import Page
from local.shopify.plan import Field
from local.shopify.records import Record


def account(run: Execution, record: Record, field: Field) -> Record | None:
    return run.state.payments_account


def movements(run: Execution, record: Record, field: Field) -> Page:
    """The account's balance transactions, without the transfers to the bank if they are not wanted."""
    arguments: dict[str, Any] = run.arguments(field)
    rows = all_rows(run, "ShopifyPaymentsBalanceTransaction", arguments.get("sortKey"), bool(arguments.get("reverse")))
    if arguments.get("hideTransfers"):
        rows = [row for row in rows if row[1].record["type"] != "TRANSFER"]
    return paged(run, field, rows)


PAYMENT_RESOLVERS: dict[tuple[str, str], Resolver] = {
    ("QueryRoot", "shopifyPaymentsAccount"): account,
    ("ShopifyPaymentsAccount", "payouts"): connection,
    ("ShopifyPaymentsAccount", "disputes"): connection,
    ("ShopifyPaymentsAccount", "balanceTransactions"): movements,
}
