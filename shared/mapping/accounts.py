"""G/L accounts of the shop card, checked before they are used.

Rules: Microsoft's Shopify Connector, Shopify Shop Card (accounts must be posting accounts, with
direct posting, not blocked).
"""
from __future__ import annotations

from shared.errors import RecordRefused
from shared.mapping.known import KnownSetup
from shared.mapping.text import code
from shared.shop_card import ChargeType, ShopCard

POSTING = ("", "Posting")
"""Account types that can be posted to; "" where Business Central does not say."""


def accounts_of(card: ShopCard) -> dict[str, str]:
    """The accounts of the card by their captions; "" where one is empty. Shipping Charges are rows of their own."""
    return {
        "Shipping Charges Account": card.shipping_charges_account,
        "Tip Account": card.tip_account,
        "Sold Gift Card Account": card.sold_gift_card_account,
        "Cash Roundings Account": card.cash_roundings_account,
        "Duties Account": card.duties_account,
        "Additional Fees Account": card.additional_fees_account,
        "Channel Tax Account": card.channel_tax_account,
        "Refund Account": card.refund_account,
    }


def fields_of_accounts(card: ShopCard) -> dict[str, str]:
    """By the account's number (in capitals) which fields of the card hold it, as a sentence names them."""
    fields: dict[str, str] = {}
    rows = [(f'Shipping Charges "{row.title}"', row.number) for row in card.shipping_charges
            if row.type is ChargeType.ACCOUNT]
    for caption, number in (*accounts_of(card).items(), *rows):
        if key := code(number):
            fields[key] = f"{fields[key]}, {caption}" if key in fields else caption
    return fields


def usable_account(number: str, setting: str, known: KnownSetup, *, record: str) -> str:
    """The number of the account in `setting`; RecordRefused(account-missing) names both if unusable."""
    if not number:
        raise RecordRefused("account-missing", f"{record.capitalize()} needs {setting}, which is empty.", record=record)
    why = _why_not(number, known)
    if why:
        raise RecordRefused(
            "account-missing",
            f"{record.capitalize()} needs {setting}, but account {number} {why}.",
            record=record,
        )
    return number


def _why_not(number: str, known: KnownSetup) -> str:
    account = known.account(number)
    if account is None:
        return "does not exist in Business Central"
    if account.blocked:
        return "is blocked"
    if account.account_type not in POSTING:
        return f"is of type {account.account_type}, not Posting"
    return "" if account.direct_posting else "does not allow Direct Posting"
