"""What mapping asks of Business Central: look-ups and links as plain questions.

Mapping does no I/O; whoever runs it passes something that answers these questions (in the connector:
shared/business_central/directory.py, in tests a few dictionaries). Codes in Business Central are
upper case, so answers must not depend on the case of a code that is asked for; e-mail addresses, phone
numbers and bill-to details are compared in the normal forms of shared/business_central/keys.py.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Protocol

import msgspec

from shared.business_central.keys import BillTo
from shared.business_central.rows import AccountRow, CodeTable, CustomerRow, ItemRow, VariantRow


class KnownCustomers(Protocol):
    """Customers; where several fit, by number, or the one with the lowest."""

    def customer_by_number(self, number: str) -> CustomerRow | None: ...

    def customers_by_email(self, email: str) -> Sequence[CustomerRow]: ...

    def customers_by_phone(self, phone: str) -> Sequence[CustomerRow]: ...

    def customer_by_bill_to(self, address: BillTo) -> CustomerRow | None: ...

    def customers_by_tax_number(self, figures: str) -> Sequence[CustomerRow]:
        """The customers whose tax registration number has these figures, whatever the country (keys.tax_number)."""
        ...


class KnownItems(Protocol):
    """Items and item variants."""

    def item_by_number(self, number: str) -> ItemRow | None: ...

    def item_by_gtin(self, gtin: str) -> ItemRow | None: ...

    def variant(self, item_number: str, code: str) -> VariantRow | None: ...

    def variants_by_code(self, code: str) -> Sequence[VariantRow]:
        """The variants of all items that have this code."""
        ...


class KnownSetup(Protocol):
    """Accounts, countries, currencies, units of measure and other codes."""

    @property
    def local_currency(self) -> str:
        """Business Central's local currency code, e.g. EUR."""
        ...

    @property
    def home_country(self) -> str:
        """Business Central's code of the company's own country, e.g. FR; "" when set-up does not say."""
        ...

    def account(self, number: str) -> AccountRow | None: ...

    def knows_country(self, code: str) -> bool: ...

    def knows_currency(self, code: str) -> bool:
        """Whether it is the local currency, or another one that Business Central has."""
        ...

    def knows_unit(self, code: str) -> bool:
        """Whether some item may be counted in this unit of measure."""
        ...

    def id_of_code(self, table: CodeTable, code: str) -> str | None:
        """The id of the row with this code; None without one."""
        ...

    @property
    def global_dimensions(self) -> tuple[str, str]:
        """The codes of Business Central's two global dimensions, "" where there is none."""
        ...

    def knows_dimension_value(self, dimension: str, value: str) -> bool: ...

    def local_value(self, currency: str) -> Decimal | None:
        """Units of the local currency for one unit of this one, today; None without an exchange rate."""
        ...


class CustomersAndSetup(KnownCustomers, KnownSetup, Protocol):
    """What customers and companies need."""


class ItemsAndSetup(KnownItems, KnownSetup, Protocol):
    """What products and sales orders need."""


class Known(KnownCustomers, KnownItems, KnownSetup, Protocol):
    """Everything mapping may ask."""


class ItemLink(msgspec.Struct, frozen=True):
    """The item (and item variant) a Shopify variant is linked to, by the number and code that they have now.

    tariff_owed, price_owed  they were to be set when the item was created, and could not be
    unit, unit_option        the unit of measure it is sold in ("" = the base unit), and the option that said so
    unit_unclear             nobody can say in which unit it is sold
    """

    item_number: str
    variant_code: str = ""
    tariff_owed: bool = False
    price_owed: bool = False
    unit: str = ""
    unit_option: str = ""
    unit_unclear: bool = False


LinkOfVariant = Callable[[str], ItemLink | None]
"""Shopify variant id -> its link, None where the item is no longer there; `links.get` of a dictionary will do."""

LinkOfCustomer = Callable[[str], str | None]
"""Shopify customer id -> the number that the linked customer has now; None where it is no longer there."""

LinkOfCompany = Callable[[str], str | None]
"""Shopify company id -> the number that the linked customer has now; None where it is no longer there."""
