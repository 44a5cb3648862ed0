"""The shop card: everything an operator decides about one shop.

Names follow Microsoft's Shopify Connector (page "Shopify Shop Card"), so that its users recognise
them; where Business Central's API has no template or mapping table to point to, the card holds the
values itself (item template, currency mapping, shipping charges, vendor items). Pure values: the
card is stored by shared/shops/store.py.
"""
from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.clock import from_iso
from shared.shops.card_fields import part, row_of
from shared.texts import Sentence

Moment = Annotated[str, msgspec.Meta(extra={"control": "time"})]
"""A time with its zone, ISO 8601; a form has a field for a time for it."""


class LoggingMode(StrEnum):
    DISABLED = "Disabled"
    ERROR_ONLY = "Error Only"
    ALL = "All"


class CustomerImport(StrEnum):
    """Customer Import from Shopify."""

    NONE = "None"
    WITH_ORDER_IMPORT = "With Order Import"
    ALL_CUSTOMERS = "All Customers"


class CustomerMapping(StrEnum):
    """Customer Mapping Type."""

    BY_EMAIL_PHONE = "By EMail/Phone"
    BY_BILL_TO = "By Bill-to Info"
    DEFAULT_CUSTOMER = "Always take the default customer"


class CompanyImport(StrEnum):
    """Company Import from Shopify."""

    NONE = "None"
    WITH_ORDER_IMPORT = "With Order Import"
    ALL_COMPANIES = "All Companies"


class CompanyMapping(StrEnum):
    """Company Mapping Type."""

    BY_EMAIL_PHONE = "By Email/Phone"
    BY_TAX_ID = "By Tax Id"
    DEFAULT_COMPANY = "Always take the default company"


class NameSource(StrEnum):
    COMPANY_NAME = "Company Name"
    FIRST_LAST = "First+Last"
    LAST_FIRST = "Last+First"
    NONE = "None"


class CountySource(StrEnum):
    CODE = "Code"
    NAME = "Name"


class SkuMapping(StrEnum):
    """SKU Mapping: what a variant's SKU stands for in Business Central."""

    NONE = ""
    ITEM_NO = "Item No."
    VARIANT_CODE = "Variant Code"
    ITEM_NO_AND_VARIANT_CODE = "Item No. + Variant Code"
    VENDOR_ITEM_NO = "Vendor Item No."
    BAR_CODE = "Bar Code"


class CurrencyHandling(StrEnum):
    SHOP_CURRENCY = "Shop Currency"
    PRESENTMENT_CURRENCY = "Presentment Currency"


class PoNumberHandling(StrEnum):
    """Where a buyer's own PO number goes; the external document number belongs to the connector."""

    COMMENT_LINE = "Comment Line"
    IGNORE = "Ignore"


class TaxDifferences(StrEnum):
    """What follows where Business Central reckons another tax than Shopify charged."""

    PARK = "Park"
    WARN = "Warn"


class ChargeType(StrEnum):
    """Line type of a mapped shipping charge. Item charges need an assignment that API v2.0 lacks."""

    ACCOUNT = "G/L Account"
    ITEM = "Item"


class FinancialStatus(StrEnum):
    """Financial statuses of Shopify that an order may be taken with. Voided and expired ones are never taken."""

    AUTHORIZED = "Authorized"
    PENDING = "Pending"
    PARTIALLY_PAID = "Partially Paid"
    PAID = "Paid"
    PARTIALLY_REFUNDED = "Partially Refunded"
    REFUNDED = "Refunded"


class HighRiskOrders(StrEnum):
    """What becomes of orders of which an assessment says that their risk is high."""

    IMPORT = "Import"
    HOLD = "Hold"


class OrdersToImport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which new orders are taken; what each field does: mapping/orders_to_import.py."""

    financial_statuses: tuple[FinancialStatus, ...] = tuple(FinancialStatus)
    import_test_orders: bool = False
    high_risk_orders: HighRiskOrders = HighRiskOrders.IMPORT
    channels: tuple[str, ...] = ()
    channels_excluded: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    tags_excluded: tuple[str, ...] = ()
    hold_minutes: int = 0


class DocumentDimension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of Document Dimensions: orders of this channel and country get this value of a dimension.

    channel              as the order shows it; "" = every channel
    country_region_code  two letters, where the goods go to; "" = every country
    """

    dimension_code: str
    dimension_value_code: str
    channel: str = ""
    country_region_code: str = ""


class ItemTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Values of a new item; Business Central's item templates are not reachable over API v2.0."""

    general_product_posting_group: str = ""
    inventory_posting_group: str = ""
    base_unit_of_measure: str = ""
    item_category: str = ""
    tax_group: str = ""
    tax_group_not_taxable: str = ""


class ShippingCharge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of Shipment Method Mapping: charges with this title become this line."""

    title: str
    type: ChargeType
    number: str


class VendorItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the vendor catalogue: this vendor's item number is this item (and variant)."""

    vendor: str
    vendor_item_no: str
    item_no: str
    variant_code: str = ""


class CountrySetup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of Customer Setup by Country/Region, for buyers whose goods go there.

    country_region_code     Shopify's two-letter code
    county_code             Shopify's code of a state or province, whose row this is; "" = for all others there
    default_customer_no     takes all orders of private buyers that are delivered there; "" = none does
    tax_exempt_customer_no  takes those that Shopify says are exempt from tax; "" = as the others
    tax_area_id             id of the tax area (a VAT business posting group where VAT is used) of customers that are
                            created for the country; "" = as the rules of API Setup say
    tax_exempt_tax_area_id  the same for customers that are exempt there
    tax_liable              Tax Liable of such customers, where sales tax is used; None = as the rules say
    tax_groups              Shopify's rate in per cent -> tax group (a VAT product posting group where VAT is used) of
                            item and shipping lines that bear it
    """

    country_region_code: str
    default_customer_no: str = ""
    tax_exempt_customer_no: str = ""
    tax_area_id: str = ""
    tax_exempt_tax_area_id: str = ""
    tax_liable: bool | None = None
    tax_groups: dict[str, str] = {}
    county_code: str = ""

    @property
    def key(self) -> str:
        """Country, and county if it is the row of one, as the row is told from the others: US, or US-TX."""
        return self.written.upper()

    @property
    def name(self) -> Sentence:
        """What a sentence calls the row."""
        return row_of("customer_setup_by_country_region", self.written)

    @property
    def written(self) -> str:
        """Country and county as the card has them."""
        return "-".join(part.strip() for part in (self.country_region_code, self.county_code) if part.strip())

    def customer(self, *, tax_exempt: bool) -> tuple[Sentence, str]:
        """Who gets all orders of private buyers delivered there: the field's caption, and its number, "" = nobody."""
        if tax_exempt and (self.tax_exempt_customer_no or not self.default_customer_no):
            return part("tax_exempt_customer_no"), self.tax_exempt_customer_no
        return part("default_customer_no"), self.default_customer_no


class ShopCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One shop. `code` is the key; an empty text means "not filled in"."""

    code: str
    shopify_url: str
    company_id: str = ""
    enabled: bool = False

    logging_mode: LoggingMode = LoggingMode.ERROR_ONLY
    logging_mode_until: Moment = ""
    allow_data_sync_to_shopify: bool = False

    customer_import_from_shopify: CustomerImport = CustomerImport.WITH_ORDER_IMPORT
    customer_mapping_type: CustomerMapping = CustomerMapping.BY_EMAIL_PHONE
    auto_create_unknown_customers: bool = False
    shopify_can_update_customers: bool = False
    can_update_shopify_customers: bool = False
    default_customer_no: str = ""
    company_import_from_shopify: CompanyImport = CompanyImport.WITH_ORDER_IMPORT
    company_mapping_type: CompanyMapping = CompanyMapping.BY_EMAIL_PHONE
    auto_create_unknown_companies: bool = False
    shopify_can_update_companies: bool = False
    default_company_no: str = ""
    customer_setup_by_country_region: tuple[CountrySetup, ...] = ()
    country_region_mapping: dict[str, str] = {}
    name_source: NameSource = NameSource.COMPANY_NAME
    name_2_source: NameSource = NameSource.FIRST_LAST
    contact_source: NameSource = NameSource.FIRST_LAST
    county_source: CountySource = CountySource.CODE

    sku_mapping: SkuMapping = SkuMapping.NONE
    sku_field_separator: str = "|"
    find_mapping_by_barcode: bool = True
    auto_create_unknown_items: bool = False
    shopify_can_update_items: bool = False
    can_update_shopify_products: bool = False
    item_template: ItemTemplate = ItemTemplate()
    item_card_service: str = ""
    vendor_items: tuple[VendorItem, ...] = ()
    uom_as_variant: bool = False
    variant_option_name_for_uom: str = ""
    default_item_no: str = ""

    default_location_code: str = ""
    location_mapping: dict[str, str] = {}

    orders_to_import: OrdersToImport = OrdersToImport()
    auto_create_sales_documents: bool = False
    shopify_order_no_on_doc_line: bool = False
    po_number_handling: PoNumberHandling = PoNumberHandling.COMMENT_LINE
    note_on_doc_lines: bool = True
    attributes_on_doc_lines: tuple[str, ...] = ()
    payment_terms_mapping: dict[str, str] = {}
    shipment_method_mapping: dict[str, str] = {}
    salesperson_code: str = ""
    requested_delivery_date_attribute: str = ""
    fulfill_by_as_requested_delivery_date: bool = False
    document_dimensions: tuple[DocumentDimension, ...] = ()
    currency_handling: CurrencyHandling = CurrencyHandling.SHOP_CURRENCY
    currency_mapping: dict[str, str] = {}
    shipping_charges_account: str = ""
    shipping_charges: tuple[ShippingCharge, ...] = ()
    tip_account: str = ""
    sold_gift_card_account: str = ""
    cash_roundings_account: str = ""
    duties_account: str = ""
    additional_fees_account: str = ""
    channel_tax_account: str = ""
    refund_account: str = ""
    rounding_tolerance: Decimal = Decimal("0.05")
    tax_differences: TaxDifferences = TaxDifferences.PARK
    time_zone: str = "UTC"

    def logging_mode_at(self, moment: datetime) -> LoggingMode:
        """The mode in force: All that has come to its time counts as Error Only."""
        ended = self.logging_mode_until and moment >= from_iso(self.logging_mode_until)
        return LoggingMode.ERROR_ONLY if ended and self.logging_mode is LoggingMode.ALL else self.logging_mode

    def setup_of(self, country: str | None, county: str | None = None) -> CountrySetup:
        """The row of this county (Shopify's codes), else of the country; an empty one where there is none."""
        rows = {row.key: row for row in self.customer_setup_by_country_region}
        whole = CountrySetup((country or "").strip().upper())
        part = CountrySetup(whole.country_region_code, county_code=county or "")
        return rows.get(part.key) or rows.get(whole.key) or whole

    @property
    def host(self) -> str:
        """The store's permanent domain, e.g. demo-fr.myshopify.com."""
        return self.shopify_url.removeprefix("https://")
