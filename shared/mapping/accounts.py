"""G/L accounts of the shop card, checked before they are used.

Rules: Microsoft's Shopify Connector, Shopify Shop Card (accounts must be posting accounts, with
direct posting, not blocked).
"""
from __future__ import annotations

from shared.errors import RecordRefused
from shared.mapping.known import KnownSetup

POSTING = ("", "Posting")
"""Account types that can be posted to; "" where Business Central does not say."""


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
