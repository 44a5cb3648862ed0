"""Records for tests: `an_order(lines=[a_line()])` says what matters and hides the rest.

The cast is that of the acceptance cases: shop demo-fr, euro, taxes included, Marie Curie (C00010),
items 1000 and 1001. Amounts are texts or Decimals, never floats. Ids count up from the ones given.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from shared.business_central.keys import BillTo, bill_to_of, email_keys, tax_number
from shared.business_central.phones import phone_key
from shared.business_central.rows import AccountRow, CodeTable, CustomerRow, ItemRow, VariantRow
from shared.shopify.records import (
    Address,
    AddressNode,
    AddressPage,
    AssignedLocation,
    CashRounding,
    Customer,
    DiscountAllocation,
    Email,
    FulfillmentOrder,
    FulfillmentOrders,
    Gid,
    InventoryItem,
    LineItem,
    LinePage,
    LinesToFulfill,
    LineToFulfill,
    Money,
    MoneyBag,
    NamedLocation,
    Order,
    OrderCustomer,
    PageInfo,
    Phone,
    Product,
    Refund,
    RefundLine,
    RefundLinePage,
    RefundShippingLine,
    RefundShippingLinePage,
    ShippingLine,
    ShippingLinePage,
    ShopPrices,
    TaxLine,
    Variant,
    VariantPage,
)
from shared.shops.card import CustomerMapping, ItemTemplate, ShopCard, SkuMapping

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
LAST_PAGE = PageInfo(has_next_page=False)

Amount = str | int | Decimal


# Money

def bag(amount: Amount, currency: str = "EUR", *, presentment: Amount | None = None,
        presentment_currency: str | None = None) -> MoneyBag:
    """A money bag; the buyer's side equals the shop's unless given."""
    return MoneyBag(
        shop_money=Money(amount=Decimal(amount), currency_code=currency),
        presentment_money=Money(amount=Decimal(amount if presentment is None else presentment),
                                currency_code=presentment_currency or currency),
    )


def allocations(*amounts: Amount) -> list[DiscountAllocation]:
    return [DiscountAllocation(allocated_amount_set=bag(amount)) for amount in amounts]


# The shop card and what Business Central holds

def a_card(**settings: Any) -> ShopCard:
    """The shop card of the acceptance cases, changed by `settings`."""
    sound: dict[str, Any] = {
        "code": "FR", "shopify_url": "https://demo-fr.myshopify.com",
        "company_id": "1e7f5c7e-57b4-4d2c-8a86-0f6a6d4c8e11",
        "customer_mapping_type": CustomerMapping.BY_EMAIL_PHONE, "default_customer_no": "C-WEB",
        "sku_mapping": SkuMapping.ITEM_NO, "auto_create_unknown_customers": True,
        "auto_create_unknown_companies": True,
        "item_template": ItemTemplate(general_product_posting_group="RETAIL",
                                      inventory_posting_group="RESALE", base_unit_of_measure="PCS"),
        "shipping_charges_account": "708500", "tip_account": "758800",
        "sold_gift_card_account": "419100", "cash_roundings_account": "658000",
        "time_zone": "Europe/Paris",
    }
    return ShopCard(**(sound | settings))


def a_customer_row(number: str = "C00010", **values: str) -> CustomerRow:
    """Marie Curie as Business Central knows her."""
    marie = {
        "display_name": "Marie Curie", "address_line1": "1 rue Pierre", "city": "Paris", "state": "IDF",
        "country": "FR", "postal_code": "75005", "phone_number": "+33 1 44 27 46 22",
        "email": "marie@example.fr",
    }
    return CustomerRow(id=f"id-{number}", number=number, **(marie | values))


def an_item_row(number: str, **values: Any) -> ItemRow:
    return ItemRow(id=f"id-{number}", number=number, **({"display_name": f"Item {number}"} | values))


def a_variant_row(item_number: str, code: str) -> VariantRow:
    return VariantRow(id=f"id-{item_number}-{code}", item_number=item_number, code=code)


def an_account_row(number: str, **values: Any) -> AccountRow:
    return AccountRow(id=f"id-{number}", number=number,
                      **({"account_type": "Posting", "direct_posting": True} | values))


class KnownCompany(msgspec.Struct, frozen=True):
    """What mapping may ask of Business Central, answered from lists."""

    customers: Sequence[CustomerRow] = ()
    items: Sequence[ItemRow] = ()
    item_variants: Sequence[VariantRow] = ()
    accounts: Sequence[AccountRow] = ()
    countries: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()
    local_currency: str = "EUR"
    home_country: str = "FR"
    units: frozenset[str] = frozenset()
    local_values: Mapping[str, Decimal] = {}
    codes: Mapping[CodeTable, Sequence[str]] = {}
    dimension_values: Mapping[str, Sequence[str]] = {}

    def customer_by_id(self, id: str) -> CustomerRow | None:
        return next((row for row in self.customers if row.id == id), None)

    def customer_by_number(self, number: str) -> CustomerRow | None:
        return _first(row for row in self.customers if row.number == number)

    def customers_by_email(self, email: str) -> list[CustomerRow]:
        return [row for row in self.customers if email_keys(row.email) & email_keys(email)]

    def customers_by_phone(self, phone: str) -> list[CustomerRow]:
        return [row for row in self.customers
                if phone_key(row.phone_number, row.country) == phone_key(phone) != ""]

    def customer_by_bill_to(self, address: BillTo) -> CustomerRow | None:
        return _first(row for row in self.customers if bill_to_of(row) == address)

    def customers_by_tax_number(self, figures: str) -> list[CustomerRow]:
        return [row for row in self.customers if tax_number(row.tax_registration_number).figures == figures != ""]

    def item_by_number(self, number: str) -> ItemRow | None:
        return _first(row for row in self.items if row.number == number)

    def item_by_gtin(self, gtin: str) -> ItemRow | None:
        return _first(row for row in self.items if row.gtin and row.gtin == gtin)

    def variant(self, item_number: str, code: str) -> VariantRow | None:
        return _first(row for row in self.item_variants if (row.item_number, row.code) == (item_number, code))

    def variants_by_code(self, code: str) -> list[VariantRow]:
        return [row for row in self.item_variants if row.code == code]

    def account(self, number: str) -> AccountRow | None:
        return _first(row for row in self.accounts if row.number == number)

    def knows_country(self, code: str) -> bool:
        return code in self.countries

    def knows_currency(self, code: str) -> bool:
        return code == self.local_currency or code in self.currencies

    def knows_unit(self, code: str) -> bool:
        return code in self.units

    def id_of_code(self, table: CodeTable, code: str) -> str | None:
        return f"id-{code.upper()}" if code.upper() in self.codes.get(table, ()) else None

    @property
    def global_dimensions(self) -> tuple[str, str]:
        return "DEPARTMENT", "AREA"

    def knows_dimension_value(self, dimension: str, value: str) -> bool:
        return value.upper() in self.dimension_values.get(dimension.upper(), ())

    def local_value(self, currency: str) -> Decimal | None:
        return self.local_values.get(currency)


def cronus(**tables: Any) -> KnownCompany:
    """CRONUS FR of the acceptance cases; a table that is given replaces that table."""
    sound: dict[str, Any] = {
        "customers": (a_customer_row(), a_customer_row("C-WEB", display_name="Web", email="", phone_number="",
                                                       address_line1="", city="", postal_code="")),
        "items": (an_item_row("1000"), an_item_row("1001", gtin="3017620422003"), an_item_row("FREIGHT")),
        "item_variants": (a_variant_row("1000", "RED"),),
        "accounts": tuple(map(an_account_row, ("708500", "758800", "419100", "658000", "624100"))),
        "countries": frozenset({"FR", "DE", "GB", "US"}),
        "currencies": frozenset({"USD", "GBP", "DKK", "US-D", "JPY"}),
        "units": frozenset({"PCS", "BOX", "KG"}),
        "codes": {CodeTable.LOCATIONS: ("EAST", "MAIN"), CodeTable.PAYMENT_TERMS: ("30D",),
                  CodeTable.SHIPMENT_METHODS: ("DAP", "EXW"), CodeTable.SALESPEOPLE: ("JR",)},
        "dimension_values": {"DEPARTMENT": ("WEB", "POS", "SALES"), "AREA": ("30", "70"), "PROJECT": ("SPRING",)},
    }
    return KnownCompany(**(sound | tables))


def _first(rows: Iterable[Any]) -> Any:
    return next(iter(rows), None)


# Customers

MARIES_ADDRESS: Mapping[str, str] = {
    "first_name": "Marie", "last_name": "Curie", "address1": "1 rue Pierre", "city": "Paris", "zip": "75005",
    "province": "Île-de-France", "province_code": "IDF", "country": "France", "country_code_v2": "FR",
}


def an_address(**values: str | None) -> Address:
    return Address(**{**MARIES_ADDRESS, **values})


def a_customer(id: int = 7100000000001, *, email: str | None = "marie@example.fr", phone: str | None = None,
               addresses: Sequence[Address] | None = None, default: int | None = 0,
               **values: Any) -> Customer:
    """A Shopify customer; `default` is the index of the default address, None for none."""
    nodes = [AddressNode(id=f"gid://shopify/MailingAddress/{index}", **msgspec.structs.asdict(address))
             for index, address in enumerate([an_address()] if addresses is None else addresses)]
    chosen = nodes[default] if nodes and default is not None else None
    return Customer(**({
        "id": f"gid://shopify/Customer/{id}", "first_name": "Marie", "last_name": "Curie", "updated_at": NOW,
        "default_email_address": Email(email_address=email) if email else None,
        "default_phone_number": Phone(phone_number=phone) if phone else None,
        "default_address": chosen, "addresses_v2": AddressPage(nodes=nodes),
    } | values))


def an_order_customer(id: int = 7100000000001, *, email: str | None = "marie@example.fr",
                      phone: str | None = None) -> OrderCustomer:
    return OrderCustomer(
        id=f"gid://shopify/Customer/{id}", first_name="Marie", last_name="Curie",
        default_email_address=Email(email_address=email) if email else None,
        default_phone_number=Phone(phone_number=phone) if phone else None,
    )


# Products

def shop_prices(currency: str = "EUR", *, taxes_included: bool = False) -> Callable[[], ShopPrices]:
    """What asks the shop how it states its prices."""
    return lambda: ShopPrices(currency_code=currency, taxes_included=taxes_included)


def a_variant(id: int = 7200000000001, *, sku: str | None = "1000", price: Amount = "120.00",
              cost: Amount | None = None, cost_currency: str = "EUR", **values: Any) -> Variant:
    unit_cost = None if cost is None else Money(amount=Decimal(cost), currency_code=cost_currency)
    return Variant(**({
        "id": f"gid://shopify/ProductVariant/{id}", "title": "Default Title", "sku": sku, "price": Decimal(price),
        "inventory_item": InventoryItem(id=f"gid://shopify/InventoryItem/{id}", unit_cost=unit_cost),
    } | values))


def a_product(*variants: Variant, id: int = 7300000000001, **values: Any) -> Product:
    nodes = list(variants) or [a_variant()]
    return Product(**({
        "id": f"gid://shopify/Product/{id}", "title": "Lampe", "updated_at": NOW,
        "has_only_default_variant": len(nodes) == 1,
        "variants": VariantPage(page_info=LAST_PAGE, nodes=nodes),
    } | values))


# Orders

def a_line(id: int = 1, *, sku: str | None = "1000", price: Amount | MoneyBag = "120.00", quantity: int = 1,
           current: int | None = None, discounts: Sequence[Amount] = (), taxes: Sequence[Amount] = (),
           **values: Any) -> LineItem:
    """An order line of item 1000; `current` pieces are left of `quantity`."""
    return LineItem(**({
        "id": f"gid://shopify/LineItem/{id}", "name": f"Line {id}", "title": f"Line {id}", "sku": sku,
        "quantity": quantity, "current_quantity": quantity if current is None else current,
        "original_unit_price_set": price if isinstance(price, MoneyBag) else bag(price),
        "discount_allocations": allocations(*discounts),
        "tax_lines": [TaxLine(price_set=bag(amount)) for amount in taxes],
        "product": Gid(id="gid://shopify/Product/7300000000001"),
        "variant": Gid(id="gid://shopify/ProductVariant/7200000000001"),
    } | values))


def a_tax(rate: Amount, amount: Amount) -> TaxLine:
    return TaxLine(title="TVA", rate=Decimal(rate), price_set=bag(amount))


def a_tip(id: int = 90, price: Amount = "5.00") -> LineItem:
    return a_line(id, sku=None, price=price, name="Tip", title="Tip", product=None, variant=None,
                  requires_shipping=False)


def a_gift_card(id: int = 80, price: Amount = "50.00", **values: Any) -> LineItem:
    return a_line(id, sku=None, price=price, is_gift_card=True, requires_shipping=False, name="Gift card", **values)


def a_shipping_line(title: str = "Express", price: Amount = "12.00", *, discounts: Sequence[Amount] = (),
                    taxes: Sequence[Amount] = (), id: int = 1, **values: Any) -> ShippingLine:
    return ShippingLine(**({
        "id": f"gid://shopify/ShippingLine/{id}", "title": title, "original_price_set": bag(price),
        "discount_allocations": allocations(*discounts),
        "tax_lines": [TaxLine(price_set=bag(amount)) for amount in taxes],
    } | values))


def a_refund_line(line_id: int, quantity: int = 1, subtotal: Amount = "0", tax: Amount = "0",
                  restock: str = "NO_RESTOCK") -> RefundLine:
    return RefundLine(quantity=quantity, restock_type=restock, subtotal_set=bag(subtotal), total_tax_set=bag(tax),
                      line_item=Gid(id=f"gid://shopify/LineItem/{line_id}"))


def a_refund(*lines: RefundLine, total: Amount = "0", shipping: Amount | None = None,
             shipping_tax: Amount = "0", id: int = 6001, created_at: datetime | None = None) -> Refund:
    """A refund of `total`; `shipping` is what it takes off the first shipping line."""
    charges = [] if shipping is None else [RefundShippingLine(
        subtotal_amount_set=bag(shipping), tax_amount_set=bag(shipping_tax),
        shipping_line=Gid(id="gid://shopify/ShippingLine/1"))]
    return Refund(
        id=f"gid://shopify/Refund/{id}", created_at=created_at, total_refunded_set=bag(total),
        refund_line_items=RefundLinePage(page_info=LAST_PAGE, nodes=list(lines)),
        refund_shipping_lines=RefundShippingLinePage(page_info=LAST_PAGE, nodes=charges),
    )


def a_cash_rounding(amount: Amount) -> CashRounding:
    return CashRounding(payment_set=bag(amount))


def a_fulfillment_order(location: str, lines: Mapping[int, int], *, id: int = 1, location_id: int | None = 1,
                        status: str = "OPEN", left: int | None = None, **values: Any) -> FulfillmentOrder:
    """What `location` sends: number of an order line -> pieces, of which `left` are still to be sent."""
    nodes = [LineToFulfill(total_quantity=pieces, remaining_quantity=pieces if left is None else left,
                           line_item=Gid(id=f"gid://shopify/LineItem/{line}")) for line, pieces in lines.items()]
    place = NamedLocation(id=f"gid://shopify/Location/{location_id}") if location_id else None
    return FulfillmentOrder(
        id=f"gid://shopify/FulfillmentOrder/{id}", status=status, **values,
        assigned_location=AssignedLocation(name=location, location=place),
        line_items=LinesToFulfill(page_info=LAST_PAGE, nodes=nodes))


def fulfillment_orders(*nodes: FulfillmentOrder) -> FulfillmentOrders:
    return FulfillmentOrders(page_info=LAST_PAGE, nodes=list(nodes))


def an_order(id: int = 5001, *, lines: Sequence[LineItem] | None = None, shipping: Sequence[ShippingLine] = (),
             total: Amount | MoneyBag = "120.00", refunds: Sequence[Refund] = (), **values: Any) -> Order:
    """Marie's order #1001; `total` is the current total including tax."""
    whole = total if isinstance(total, MoneyBag) else bag(total)
    return Order(**({
        "id": f"gid://shopify/Order/{id}", "name": "#1001", "created_at": NOW, "processed_at": NOW, "updated_at": NOW,
        "email": "marie@example.fr", "currency_code": "EUR", "presentment_currency_code": "EUR",
        "taxes_included": True, "total_price_set": whole, "current_total_price_set": whole,
        "total_refunded_set": bag(0), "customer": an_order_customer(), "billing_address": an_address(),
        "shipping_address": an_address(),
        "line_items": LinePage(page_info=LAST_PAGE, nodes=[a_line()] if lines is None else list(lines)),
        "shipping_lines": ShippingLinePage(page_info=LAST_PAGE, nodes=list(shipping)),
        "refunds": list(refunds),
    } | values))
