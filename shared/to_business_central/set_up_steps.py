"""The steps of the set-up check, each of which can be asked for alone; what they do, set_up_check.py says."""
from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """What is asked, in this order."""

    DEFAULT_CUSTOMER = "default-customer"
    ACCOUNTS = "accounts"
    CURRENCIES = "currencies"
    CODES = "codes"
    ITEMS = "items"
    COUNTRIES = "countries"
    ORDERS = "orders"
