"""G/L accounts of the shop card, checked before they are used.

Rules: Microsoft's Shopify Connector, Shopify Shop Card (accounts must be posting accounts, with
direct posting, not blocked).
"""
from __future__ import annotations

from shared.errors import RecordRefused
from shared.mapping.known import KnownSetup
from shared.mapping.text import code
from shared.shops.card import ChargeType, ShopCard
from shared.shops.card_fields import caption, row_of
from shared.texts import Sentence, Text, sentence, together

POSTING = ("", "Posting")
"""Account types that can be posted to; "" where Business Central does not say."""


def accounts_of(card: ShopCard) -> dict[str, str]:
    """The accounts of the card by their fields; "" where one is empty. Shipping Charges are rows of their own."""
    return {field: getattr(card, field) for field in (
        "shipping_charges_account", "tip_account", "sold_gift_card_account", "cash_roundings_account",
        "duties_account", "additional_fees_account", "channel_tax_account", "refund_account")}


def fields_of_accounts(card: ShopCard) -> dict[str, Sentence]:
    """By the account's number (in capitals) which fields of the card hold it, as a sentence names them."""
    fields: dict[str, Sentence] = {}
    single = [(caption(field), number) for field, number in accounts_of(card).items()]
    rows = [(row_of("shipping_charges", row.title), row.number) for row in card.shipping_charges
            if row.type is ChargeType.ACCOUNT]
    for named, number in (*single, *rows):
        if key := code(number):
            fields[key] = together([fields[key], named], ", ") if key in fields else named
    return fields


def usable_account(number: str, setting: Text, known: KnownSetup, *, record: Text) -> str:
    """The number of the account in `setting`; RecordRefused(account-missing) names both if unusable."""
    if not number:
        raise RecordRefused("account-missing", sentence(
            "{record!c} needs {setting}, which is empty.", record=record, setting=setting), record=record)
    why = _why_not(number, known)
    if why:
        raise RecordRefused(
            "account-missing",
            sentence("{record!c} needs {setting}, but account {number} {why}.", record=record, setting=setting,
                     number=number, why=why),
            record=record,
        )
    return number


def _why_not(number: str, known: KnownSetup) -> Sentence | None:
    account = known.account(number)
    if account is None:
        return sentence("does not exist in Business Central")
    if account.blocked:
        return sentence("is blocked")
    if account.account_type not in POSTING:
        return sentence("is of type {type}, not Posting", type=account.account_type)
    return None if account.direct_posting else sentence("does not allow Direct Posting")
