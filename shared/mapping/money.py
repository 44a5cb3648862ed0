"""Which side of Shopify's money an order is booked in, and Business Central's code for its currency.

Rules: Shopify, object MoneyBag (shop and presentment money never mix); Microsoft's Shopify
Connector, Currency Handling; ISO 4217 (decimals). Every amount of a plan goes through one `Amounts`.
"""
from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from shared.errors import RecordRefused
from shared.mapping.known import KnownSetup
from shared.mapping.text import code
from shared.shopify.records import DiscountAllocation, MoneyBag, Order
from shared.shops.card import CurrencyHandling, ShopCard
from shared.texts import Text, sentence

ZERO = Decimal(0)

_WITHOUT_DECIMALS = frozenset((
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
    "XAF", "XOF", "XPF",
))
_WITH_THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))


class Amounts(msgspec.Struct, frozen=True):
    """Reads one side of every money bag; `currency` is its ISO code."""

    currency: str
    presentment: bool

    @property
    def smallest(self) -> Decimal:
        """The smallest amount of the currency: 0.01 for EUR, 1 for JPY."""
        if self.currency in _WITHOUT_DECIMALS:
            return Decimal(1)
        return Decimal("0.001") if self.currency in _WITH_THREE_DECIMALS else Decimal("0.01")

    def of(self, bag: MoneyBag) -> Decimal:
        """The amount, always written with the same decimals (12.5 and 12.50 are one text)."""
        amount = (bag.presentment_money if self.presentment else bag.shop_money).amount
        exact = self.rounded(amount)
        return exact if exact == amount else amount

    def allocated(self, allocations: Iterable[DiscountAllocation]) -> Decimal:
        """The sum of discount allocations."""
        return sum((self.of(allocation.allocated_amount_set) for allocation in allocations), ZERO)

    def rounded(self, amount: Decimal) -> Decimal:
        """`amount` to the smallest unit, half up."""
        return amount.quantize(self.smallest, ROUND_HALF_UP)


def amounts_of(order: Order, card: ShopCard) -> Amounts:
    """The side of the money this order is booked in, by the card's Currency Handling."""
    if card.currency_handling is CurrencyHandling.PRESENTMENT_CURRENCY:
        return Amounts(order.presentment_currency_code, presentment=True)
    return Amounts(order.currency_code, presentment=False)


def wanted_currency(iso: str, card: ShopCard) -> str:
    """The code that Business Central is to have for an ISO currency: as Currency Mapping says, else its own.

    Older cards may map a currency to nothing, which says no more than no row: never that it is the local one.
    """
    return code(card.currency_mapping.get(iso, "")) or iso


def currency_code(iso: str, card: ShopCard, known: KnownSetup, *, record: Text) -> str:
    """Business Central's code for an ISO currency.

    The local currency is given by its own code, which Business Central stores as blank: left out,
    the currency of the customer card would decide.
    RecordRefused(currency-unknown) for any other code that Business Central does not have.
    """
    wanted = wanted_currency(iso, card)
    if not known.knows_currency(wanted):
        raise RecordRefused(
            "currency-unknown",
            sentence("{record!c} is in {currency}; Business Central has no currency {code}.", record=record,
                     currency=iso, code=wanted),
            record=record,
        )
    return wanted
