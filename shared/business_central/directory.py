"""What a job knows of Business Central: customers, items, variants, accounts and codes, to look up.

Customers, items and variants are asked for by key, many in a request, or their table is read whole where that takes
fewer requests (keyed_rows.py); the other tables, which are short, are read whole. All from the primary (the answers
decide what is written), once a job, and kept current by our own creates and changes. Of several rows with one key the
first by number counts, as in Microsoft's connector. API v2.0 cannot find a customer by e-mail address in whatever
capitals or among several, by telephone, address or tax number in whatever form: for these the table is looked through.
Border: reads only; keys.py says when two keys are equal, mapping decides what it means.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import cached_property
from typing import Generic
from urllib.parse import quote

from shared.business_central.client import BusinessCentral
from shared.business_central.exchange_rates import local_value
from shared.business_central.keyed_rows import Key, KeyedRows, Missing, Notes
from shared.business_central.keys import BillTo, bill_to_of, code_key, email_keys, tax_number
from shared.business_central.phones import is_national, phone_key
from shared.business_central.rows import (
    LENGTHS,
    AccountRow,
    CodeTable,
    CustomerRow,
    ItemRow,
    Kind,
    RateRow,
    VariantRow,
    row_as,
    select_of,
)
from shared.business_central.wire import quoted

KEYS_AT_ONCE = 20
"""Keys that one filter asks for; Business Central documents no limit."""

_LONGEST_CONDITION = 1_600
"""Characters of one condition as it is sent, so that its address stays below 2,048: each letter of a Chinese SKU is
nine."""

_LARGEST_PAGE = 20_000
"""Rows of one page at most: Microsoft Learn, "Operational limits for Business Central online"."""

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CONTACT = ("email", "phoneNumber", "country")
_ADDRESS = ("displayName", "addressLine1", "addressLine2", "postalCode", "city", "state", "country")


class Directory:
    """Look-ups for one job; any thread may ask. None or an empty answer means: Business Central has none."""

    def __init__(self, bc: BusinessCentral) -> None:
        self._bc = bc
        self._lock = threading.RLock()
        self._ids: dict[CodeTable, dict[str, str]] = {}
        self._currencies_of_customers = set[str]()
        self._notes = Notes()
        self._customers = KeyedRows[CustomerRow](
            _Table(bc, "customers", CustomerRow),
            lambda row: row.number,
            {
                "id": Key(lambda row: row.id.lower(), "id", unique=True),
                "number": Key(lambda row: code_key(row.number), "number", unique=True),
                "email": Key(lambda row: email_keys(row.email), columns=_CONTACT),
                "phone": Key(self._phone_of, columns=_CONTACT),
                "bill-to": Key(bill_to_of, columns=_ADDRESS),
                "tax": Key(lambda row: tax_number(row.tax_registration_number).figures,
                           columns=("taxRegistrationNumber",)),
            },
            self._notes,
        )
        self._items = KeyedRows[ItemRow](
            _Table(bc, "items", ItemRow),
            lambda row: row.number,
            {
                "id": Key(lambda row: row.id.lower(), "id", unique=True),
                "number": Key(lambda row: code_key(row.number), "number", unique=True),
                "gtin": Key(lambda row: row.gtin.strip(), "gtin"),
            },
            self._notes,
        )
        self._variants = KeyedRows[VariantRow](
            _Table(bc, "itemVariants", VariantRow),
            lambda row: row.item_number,
            {
                "id": Key(lambda row: row.id.lower(), "id", unique=True),
                "item and code": Key(lambda row: (code_key(row.item_number), code_key(row.code)), "itemNumber",
                                     text=lambda key: str(key[0]), unique=True),
                "code": Key(lambda row: code_key(row.code), "code"),
            },
            self._notes,
        )

    # Many at once

    def expect_customers(self, ids: Iterable[str]) -> None:
        """These will be asked for by id: Business Central is asked for all of them now."""
        self._customers.learn("id", map(str.lower, ids))

    def expect_items(self, ids: Iterable[str], variants: Iterable[str] = ()) -> None:
        """The same of items and item variants."""
        self._items.learn("id", map(str.lower, ids))
        self._variants.learn("id", map(str.lower, variants))

    def expect(self, questions: Iterable[Callable[[], object]]) -> None:
        """Ask Business Central now, and in bulk, what these would ask one by one; they must not write anything.

        Each is tried as if there were nothing under the keys that are not known; what all of them miss is asked
        together, and those are tried again. What ends one otherwise is for whoever asks it in earnest.
        """
        tables: tuple[KeyedRows[CustomerRow] | KeyedRows[ItemRow] | KeyedRows[VariantRow], ...] = (
            self._customers, self._items, self._variants)
        waiting = list(questions)
        while waiting and not all(table.is_whole for table in tables):
            missing: list[Missing] = []
            self._notes.missing = missing
            try:
                waiting = [question for question in waiting if self._misses(question)]
            finally:
                self._notes.missing = None
            for table in tables:
                for name in {name for of, name, _ in missing if of is table}:
                    table.learn(name, [key for of, asked, key in missing if of is table and asked == name])

    def _misses(self, question: Callable[[], object]) -> bool:
        """Whether it asks for what is not known."""
        assert self._notes.missing is not None
        before = len(self._notes.missing)
        with suppress(Exception):
            question()
        return len(self._notes.missing) > before

    # Customers

    def customer_by_id(self, id: str) -> CustomerRow | None:
        """The customer with this id, under the number that it has now."""
        return self._met(self._customers.first("id", id.lower()))

    def customer_by_number(self, number: str) -> CustomerRow | None:
        return self._met(self._customers.first("number", code_key(number)))

    def customers_by_email(self, email: str) -> list[CustomerRow]:
        """The customers that have this e-mail address, or one of several with semicolons between them, by number."""
        found = {row.id: row for key in email_keys(email) for row in self._customers.all("email", key)}
        return sorted(found.values(), key=lambda row: row.number)

    def customers_by_phone(self, phone: str) -> list[CustomerRow]:
        """The customers with this phone number (as phones.phone_key makes it, or dialled from abroad), by number."""
        return self._customers.all("phone", phone_key(phone))

    def customer_by_bill_to(self, address: BillTo) -> CustomerRow | None:
        """`address` as keys.bill_to makes it."""
        return self._customers.first("bill-to", address)

    def customers_by_tax_number(self, figures: str) -> list[CustomerRow]:
        """The customers with these figures behind the country's prefix, by number; keys.tax_number makes them."""
        return self._customers.all("tax", figures)

    def remember_customer(self, row: CustomerRow) -> None:
        """We created or changed this customer."""
        self._customers.remember(row)
        self._met(row)

    def _met(self, row: CustomerRow | None) -> CustomerRow | None:
        """A customer's currency is one that Business Central has: the local one shows its code as well (API v2.0,
        page 30009 "APIV2 - Customers")."""
        if row is not None and row.currency_code:
            with self._lock:
                self._currencies_of_customers.add(code_key(row.currency_code))
        return row

    # Items and variants

    def item_by_id(self, id: str) -> ItemRow | None:
        """The item with this id, under the number that it has now."""
        return self._items.first("id", id.lower())

    def item_by_number(self, number: str) -> ItemRow | None:
        return self._items.first("number", code_key(number))

    def item_by_gtin(self, gtin: str) -> ItemRow | None:
        return self._items.first("gtin", gtin.strip())

    def variant(self, item_number: str, code: str) -> VariantRow | None:
        return self._variants.first("item and code", (code_key(item_number), code_key(code)))

    def variant_by_id(self, id: str) -> VariantRow | None:
        """The item variant with this id, under the code and the item number that it has now."""
        return self._variants.first("id", id.lower())

    def variants_by_code(self, code: str) -> list[VariantRow]:
        """The variants of any item with this code, by item number."""
        return self._variants.all("code", code_key(code))

    def remember_item(self, row: ItemRow) -> None:
        """We created or changed this item."""
        self._items.remember(row)

    def remember_variant(self, row: VariantRow) -> None:
        """We created this variant."""
        self._variants.remember(row)

    # Set-up

    def account(self, number: str) -> AccountRow | None:
        """The G/L account with this number."""
        with self._lock:
            return self._accounts.get(code_key(number))

    def knows_country(self, code: str) -> bool:
        with self._lock:
            return code_key(code) in self._countries

    def knows_currency(self, code: str) -> bool:
        """Whether it is the currency of a customer that was looked up, the local one, or one of `currencies`; the first
        is known already, and the local one need not be among the last."""
        wanted = code_key(code)
        with self._lock:
            return (wanted in self._currencies_of_customers or wanted == code_key(self._local_currency)
                    or wanted in self._currencies)

    def knows_unit(self, code: str) -> bool:
        with self._lock:
            return code_key(code) in self._units

    def id_of_code(self, table: CodeTable, code: str) -> str | None:
        """The id of the row of this table with this code; None without one."""
        with self._lock:
            if table not in self._ids:
                rows = self._bc.rows(table, select="id,code", fresh=True)
                self._ids[table] = {code_key(row["code"]): str(row["id"]) for row in rows}
            return self._ids[table].get(code_key(code))

    @property
    def global_dimensions(self) -> tuple[str, str]:
        """The codes of the two global dimensions, "" where there is none."""
        with self._lock:
            return self._global_dimensions

    def knows_dimension_value(self, dimension: str, value: str) -> bool:
        with self._lock:
            return (code_key(dimension), code_key(value)) in self._dimension_values

    def local_value(self, currency: str) -> Decimal | None:
        """Units of the local currency for one unit of this one, by the exchange rates of today; None without a rate."""
        with self._lock:
            return local_value(self._rates, code_key(currency), self._bc.clock.now().date())

    @property
    def local_currency(self) -> str:
        """The ISO code of the company's own currency, e.g. EUR; "" when set-up does not say."""
        with self._lock:
            return self._local_currency

    @property
    def home_country(self) -> str:
        """The code of the company's own country, e.g. FR; "" when set-up does not say."""
        with self._lock:
            return self._home_country

    @cached_property
    def _accounts(self) -> dict[str, AccountRow]:
        return {code_key(row.number): row for row in self._rows("accounts", AccountRow)}

    @cached_property
    def _countries(self) -> frozenset[str]:
        return self._codes("countriesRegions")

    @cached_property
    def _currencies(self) -> frozenset[str]:
        return self._codes("currencies")

    @cached_property
    def _units(self) -> frozenset[str]:
        return self._codes("unitsOfMeasure")

    @cached_property
    def _rates(self) -> list[RateRow]:
        return list(self._rows("currencyExchangeRates", RateRow))

    @cached_property
    def _global_dimensions(self) -> tuple[str, str]:
        names = ("shortcutDimension1Code", "shortcutDimension2Code")
        for row in self._bc.rows("generalLedgerSetup", select=",".join(names), fresh=True):
            return row.get(names[0]) or "", row.get(names[1]) or ""
        return "", ""

    @cached_property
    def _dimension_values(self) -> frozenset[tuple[str, str]]:
        dimensions = {row["id"]: code_key(row["code"])
                      for row in self._bc.rows("dimensions", select="id,code", fresh=True)}
        values = self._bc.rows("dimensionValues", select="code,dimensionId", fresh=True)
        return frozenset((dimensions.get(row["dimensionId"], ""), code_key(row["code"])) for row in values)

    @cached_property
    def _local_currency(self) -> str:
        for entity_set, name in (("generalLedgerSetup", "localCurrencyCode"), ("companyInformation", "currencyCode")):
            for row in self._bc.rows(entity_set, select=name, fresh=True):
                if row.get(name):
                    return str(row[name])
        return ""

    @cached_property
    def _home_country(self) -> str:
        rows = self._bc.rows("companyInformation", select="country", fresh=True)
        return next((code_key(row["country"]) for row in rows if row.get("country")), "")

    def _phone_of(self, row: CustomerRow) -> str:
        """A customer without a country is in the company's own."""
        country = row.country or (self.home_country if is_national(row.phone_number) else "")
        return phone_key(row.phone_number, country)

    def _codes(self, entity_set: str) -> frozenset[str]:
        return frozenset(code_key(row["code"]) for row in self._bc.rows(entity_set, select="code", fresh=True))

    def _rows(self, entity_set: str, kind: type[Kind]) -> Iterator[Kind]:
        for row in self._bc.rows(entity_set, select=select_of(kind), fresh=True):
            yield row_as(kind, row)


class _Table(Generic[Kind]):
    """One entity set of Business Central, as keyed_rows.Source."""

    def __init__(self, bc: BusinessCentral, entity_set: str, kind: type[Kind]) -> None:
        self.page_rows = bc.page_size
        self._bc, self._entity_set, self._kind = bc, entity_set, kind

    def count(self) -> int:
        """How many rows there are."""
        return self._bc.count(self._entity_set)

    def whole(self, columns: Sequence[str] = ()) -> Iterator[Kind]:
        """All rows."""
        select = ",".join(("id", "number", *columns)) if columns else select_of(self._kind)
        page_rows = _LARGEST_PAGE if columns else None
        for row in self._bc.rows(self._entity_set, select=select, fresh=True, page_rows=page_rows):
            yield row_as(self._kind, row)

    def requests(self, property: str, texts: Iterable[str]) -> list[list[str]]:
        """The texts in groups; a text that is longer than the property would be refused."""
        longest = LENGTHS["items" if property == "itemNumber" else self._entity_set].get(
            "number" if property == "itemNumber" else property, 0)
        fitting = [text for text in texts if (_GUID.fullmatch(text) if property == "id" else len(text) <= longest)]
        groups: list[list[str]] = []
        room = 0
        for text in fitting:
            length = len(quote(f" or {property} eq {quoted(text)}"))
            if not groups or length > room or len(groups[-1]) == KEYS_AT_ONCE:
                groups.append([])
                room = _LONGEST_CONDITION
            groups[-1].append(text)
            room -= length
        return groups

    def having(self, property: str, texts: Sequence[str]) -> Iterator[Kind]:
        """The rows that have one of these texts there; `or` is taken on one property ("OData known limitations")."""
        literals = texts if property == "id" else map(quoted, texts)
        condition = " or ".join(f"{property} eq {literal}" for literal in literals)
        for row in self._bc.rows(self._entity_set, filter=condition, select=select_of(self._kind), fresh=True):
            yield row_as(self._kind, row)
