"""Shopify's records as the connector's documents ask for them (Admin GraphQL API 2026-10).

Decoded by msgspec from the answer's own bytes; money stays Decimal, ids stay GIDs here and become
Shopify's ids through `id_of`. The fields mirror shared/shopify/queries/*.graphql: a field is typed
here when something in the connector uses it. Pure values, no I/O.
"""
from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec

_MOST_DIGITS = 30
"""More than any amount has, before the point or behind it."""


_GID = r"^gid://shopify/[A-Za-z]+/([1-9][0-9]{0,18})(\?.*)?$"

NumberedId = Annotated[str, msgspec.Meta(pattern=_GID)]
"""A GID whose id is taken: a record that holds another is not readable, and parked alone."""

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time that says how far from UTC it is told, as all of Shopify's do: others cannot be compared."""


def id_of(gid: str) -> str:
    """The id inside a GID: gid://shopify/Order/5001 -> "5001"; ValueError for anything else."""
    found = re.match(_GID, gid)
    if found is None:
        raise ValueError(f"{gid[:100]!r} is not the id of a record")
    return found[1]


class _Record(msgspec.Struct, frozen=True, rename="camel"):
    """Camel-case names on the wire; unknown fields are ignored."""


def _check_figure(figure: Decimal | None) -> None:
    """ValueError, which makes the record unreadable, for what is no amount: Decimal takes "NaN" and "1e400" too."""
    if figure is not None and (not figure.is_finite() or abs(figure.adjusted()) > _MOST_DIGITS):
        raise ValueError(f"{str(figure)[:30]} is no amount")


class Money(_Record, frozen=True, kw_only=True):
    amount: Decimal
    currency_code: str

    def __post_init__(self) -> None:
        _check_figure(self.amount)


class MoneyBag(_Record, frozen=True, kw_only=True):
    """The same amount in the shop's currency and in the buyer's."""

    shop_money: Money
    presentment_money: Money


class Email(_Record, frozen=True, kw_only=True):
    email_address: str


class Phone(_Record, frozen=True, kw_only=True):
    phone_number: str


class Gid(_Record, frozen=True, kw_only=True):
    id: NumberedId


class Address(_Record, frozen=True, kw_only=True):
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    zip: str | None = None
    province: str | None = None
    province_code: str | None = None
    country: str | None = None
    country_code_v2: str | None = None
    phone: str | None = None


class AddressNode(Address, frozen=True, kw_only=True):
    id: str


class PageInfo(_Record, frozen=True, kw_only=True):
    has_next_page: bool
    end_cursor: str | None = None


class AddressPage(_Record, frozen=True, kw_only=True):
    nodes: list[AddressNode]


class NamedCompany(_Record, frozen=True, kw_only=True):
    id: str
    name: str = ""


class ContactProfile(_Record, frozen=True, kw_only=True):
    """What makes a person a contact of a company."""

    company: NamedCompany


class Customer(_Record, frozen=True, kw_only=True):
    """A customer with the default address and the first ten of all."""

    id: NumberedId
    first_name: str | None = None
    last_name: str | None = None
    updated_at: Moment
    default_email_address: Email | None = None
    default_phone_number: Phone | None = None
    company_contact_profiles: list[ContactProfile] = []
    default_address: AddressNode | None = None
    addresses_v2: AddressPage = AddressPage(nodes=[])
    tax_exempt: bool = False
    tax_exemptions: list[str] = []

    @property
    def email(self) -> str:
        return self.default_email_address.email_address if self.default_email_address else ""

    @property
    def phone(self) -> str:
        return self.default_phone_number.phone_number if self.default_phone_number else ""

    @property
    def address(self) -> Address | None:
        """The default address, else the first one, else None."""
        nodes = self.addresses_v2.nodes
        return self.default_address or (nodes[0] if nodes else None)


class SelectedOption(_Record, frozen=True, kw_only=True):
    name: str
    value: str


class ShopPrices(_Record, frozen=True, kw_only=True):
    """How the shop states its prices: the ISO code of its currency, and whether they include tax."""

    currency_code: str
    taxes_included: bool


class InventoryItem(_Record, frozen=True, kw_only=True):
    id: str
    unit_cost: Money | None = None
    harmonized_system_code: str | None = None
    country_code_of_origin: str | None = None


class Variant(_Record, frozen=True, kw_only=True):
    id: NumberedId
    title: str
    sku: str | None = None
    barcode: str | None = None
    price: Decimal
    taxable: bool = True
    selected_options: list[SelectedOption] = []
    inventory_item: InventoryItem

    def __post_init__(self) -> None:
        _check_figure(self.price)


class VariantPage(_Record, frozen=True, kw_only=True):
    page_info: PageInfo
    nodes: list[Variant]


class Product(_Record, frozen=True, kw_only=True):
    """A product with all its variants (the reader completes the first page)."""

    id: NumberedId
    title: str
    vendor: str = ""
    product_type: str = ""
    is_gift_card: bool = False
    updated_at: Moment
    has_only_default_variant: bool = False
    variants: VariantPage


class TaxLine(_Record, frozen=True, kw_only=True):
    """`channel_liable`: the sales channel remits it, None where Shopify does not know."""

    title: str = ""
    rate: Decimal | None = None
    channel_liable: bool | None = None
    price_set: MoneyBag

    def __post_init__(self) -> None:
        _check_figure(self.rate)


class DiscountAllocation(_Record, frozen=True, kw_only=True):
    allocated_amount_set: MoneyBag


class LineItem(_Record, frozen=True, kw_only=True):
    """One order line. `quantity` is the original one, `current_quantity` after edits and refunds."""

    id: str
    name: str
    title: str
    variant_title: str | None = None
    sku: str | None = None
    vendor: str | None = None
    quantity: int
    current_quantity: int
    requires_shipping: bool = True
    is_gift_card: bool = False
    original_unit_price_set: MoneyBag
    tax_lines: list[TaxLine] = []
    discount_allocations: list[DiscountAllocation] = []
    custom_attributes: list[Attribute] = []
    product: Gid | None = None
    variant: Gid | None = None


class LinePage(_Record, frozen=True, kw_only=True):
    page_info: PageInfo
    nodes: list[LineItem]


class ShippingLine(_Record, frozen=True, kw_only=True):
    """A shipping charge; some have no id (schema 2026-10: `id: ID`).

    current_discounted_price_set  what is left of it after discounts and refunds; None in records read before
                                  it was asked for
    """

    id: str | None = None
    title: str
    code: str | None = None
    is_removed: bool = False
    original_price_set: MoneyBag
    current_discounted_price_set: MoneyBag | None = None
    tax_lines: list[TaxLine] = []
    discount_allocations: list[DiscountAllocation] = []


class ShippingLinePage(_Record, frozen=True, kw_only=True):
    page_info: PageInfo
    nodes: list[ShippingLine]


class RefundLine(_Record, frozen=True, kw_only=True):
    quantity: int
    restock_type: str
    subtotal_set: MoneyBag
    total_tax_set: MoneyBag
    line_item: Gid


class RefundLinePage(_Record, frozen=True, kw_only=True):
    page_info: PageInfo
    nodes: list[RefundLine]


class NamedShippingLine(_Record, frozen=True, kw_only=True):
    id: str | None = None


class RefundShippingLine(_Record, frozen=True, kw_only=True):
    subtotal_amount_set: MoneyBag
    tax_amount_set: MoneyBag
    shipping_line: NamedShippingLine


class RefundShippingLinePage(_Record, frozen=True, kw_only=True):
    page_info: PageInfo
    nodes: list[RefundShippingLine]


class RefundDuty(_Record, frozen=True, kw_only=True):
    amount_set: MoneyBag


class Refund(_Record, frozen=True, kw_only=True):
    """A refund; its lines and duties are read only where an order has refunds (None otherwise).

    `total_refunded_set` sums its transactions: 0 while the money is pending, and where it only lowers the order.
    """

    id: str
    created_at: Moment | None = None
    total_refunded_set: MoneyBag
    duties: list[RefundDuty] | None = None
    refund_line_items: RefundLinePage | None = None
    refund_shipping_lines: RefundShippingLinePage | None = None


class Transaction(_Record, frozen=True, kw_only=True):
    id: str
    kind: str
    status: str
    gateway: str | None = None
    amount_set: MoneyBag


class AdditionalFee(_Record, frozen=True, kw_only=True):
    name: str
    price: MoneyBag
    tax_lines: list[TaxLine] = []


class OrderCustomer(_Record, frozen=True, kw_only=True):
    """The buyer as the order knows them; None on the order means a guest."""

    id: NumberedId
    first_name: str | None = None
    last_name: str | None = None
    default_email_address: Email | None = None
    default_phone_number: Phone | None = None


class PaymentTerms(_Record, frozen=True, kw_only=True):
    """What was agreed on paying later."""

    payment_terms_name: str = ""
    due_in_days: int | None = None


class PurchasingEntity(_Record, frozen=True, kw_only=True):
    """On whose behalf an order was made; without a company it was a customer's own."""

    company: NamedCompany | None = None
    location: NamedCompany | None = None


class CashRounding(_Record, frozen=True, kw_only=True):
    """What rounding cash added to what was received, and to what was given back."""

    payment_set: MoneyBag
    refund_set: MoneyBag | None = None


class Attribute(_Record, frozen=True, kw_only=True):
    """A further detail of an order, as the shop's theme or an app has it asked."""

    key: str
    value: str | None = None


class SalesApp(_Record, frozen=True, kw_only=True):
    """The app an order was placed with; its name is what the admin shows as its channel."""

    name: str = ""


class NamedLocation(_Record, frozen=True, kw_only=True):
    id: NumberedId


class AssignedLocation(_Record, frozen=True, kw_only=True):
    """Where goods are to be sent from; `location` is None where it no longer exists."""

    name: str
    location: NamedLocation | None = None


class LineToFulfill(_Record, frozen=True, kw_only=True):
    """Pieces of an order line that one place sends: all of them, and those that it has not sent yet."""

    total_quantity: int
    remaining_quantity: int
    line_item: Gid


class LinesToFulfill(_Record, frozen=True, kw_only=True):
    page_info: PageInfo
    nodes: list[LineToFulfill]


class FulfillmentOrder(_Record, frozen=True, kw_only=True):
    """What one location is to send of an order, and until when."""

    id: str
    status: str
    fulfill_by: Moment | None = None
    assigned_location: AssignedLocation
    line_items: LinesToFulfill


class FulfillmentOrders(_Record, frozen=True, kw_only=True):
    page_info: PageInfo
    nodes: list[FulfillmentOrder]


class Order(_Record, frozen=True, kw_only=True):
    """An order with all lines and shipping lines (the reader completes first pages).

    `fulfillment_orders` is None, and `payment_terms` unset, where the token may not read them.
    """

    id: NumberedId
    name: str
    created_at: Moment
    processed_at: Moment
    updated_at: Moment
    cancelled_at: Moment | None = None
    closed: bool = False
    closed_at: Moment | None = None
    edited: bool = False
    test: bool = False
    source_name: str | None = None
    app: SalesApp | None = None
    tags: list[str] = []
    po_number: str | None = None
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    custom_attributes: list[Attribute] = []
    currency_code: str
    presentment_currency_code: str
    taxes_included: bool
    tax_exempt: bool = False
    duties_included: bool = False
    display_financial_status: str | None = None
    display_fulfillment_status: str | None = None
    total_price_set: MoneyBag
    current_total_price_set: MoneyBag
    current_total_tax_set: MoneyBag | None = None
    current_total_duties_set: MoneyBag | None = None
    current_total_additional_fees_set: MoneyBag | None = None
    additional_fees: list[AdditionalFee] = []
    total_discounts_set: MoneyBag | None = None
    total_refunded_set: MoneyBag
    total_cash_rounding_adjustment: CashRounding | None = None
    customer: OrderCustomer | None = None
    purchasing_entity: PurchasingEntity | None = None
    payment_terms: PaymentTerms | msgspec.UnsetType | None = msgspec.UNSET
    billing_address: Address | None = None
    shipping_address: Address | None = None
    line_items: LinePage
    shipping_lines: ShippingLinePage
    fulfillment_orders: FulfillmentOrders | None = None
    refunds: list[Refund] = []
    transactions: list[Transaction] = []

    @property
    def company(self) -> NamedCompany | None:
        """The company that bought (B2B); None for a private person or a guest."""
        return self.purchasing_entity.company if self.purchasing_entity else None

    @property
    def variants(self) -> list[str]:
        """Ids of the variants that its lines name; a deleted one has none."""
        return [id_of(line.variant.id) for line in self.line_items.nodes if line.variant]

    @property
    def sendings(self) -> list[FulfillmentOrder]:
        """Its fulfillment orders that were not cancelled; none where the token may not read them."""
        nodes = self.fulfillment_orders.nodes if self.fulfillment_orders else []
        return [one for one in nodes if one.status != "CANCELLED"]


class CompanyAddress(_Record, frozen=True, kw_only=True):
    company_name: str | None = None
    recipient: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    zip: str | None = None
    province: str | None = None
    zone_code: str | None = None
    country: str | None = None
    country_code: str | None = None
    phone: str | None = None


class PaymentTermsTemplate(_Record, frozen=True, kw_only=True):
    id: str
    name: str
    due_in_days: int | None = None
    payment_terms_type: str | None = None


class BuyerExperience(_Record, frozen=True, kw_only=True):
    payment_terms_template: PaymentTermsTemplate | None = None


class TaxSettings(_Record, frozen=True, kw_only=True):
    tax_registration_id: str | None = None
    tax_exempt: bool = False
    tax_exemptions: list[str] = []


class CompanyLocation(_Record, frozen=True, kw_only=True):
    id: str
    name: str
    external_id: str | None = None
    phone: str | None = None
    currency: str | None = None
    tax_settings: TaxSettings = TaxSettings()
    buyer_experience_configuration: BuyerExperience | None = None
    billing_address: CompanyAddress | None = None
    shipping_address: CompanyAddress | None = None

    @property
    def tax_registration_id(self) -> str:
        return self.tax_settings.tax_registration_id or ""


class CompanyLocationPage(_Record, frozen=True, kw_only=True):
    nodes: list[CompanyLocation]


class CompanyContact(_Record, frozen=True, kw_only=True):
    id: str
    customer: OrderCustomer


class Company(_Record, frozen=True, kw_only=True):
    """A B2B company with its main contact and its first location."""

    id: NumberedId
    name: str
    external_id: str | None = None
    updated_at: Moment
    main_contact: CompanyContact | None = None
    locations: CompanyLocationPage = CompanyLocationPage(nodes=[])

    @property
    def location(self) -> CompanyLocation | None:
        """The first location, or None."""
        return self.locations.nodes[0] if self.locations.nodes else None
