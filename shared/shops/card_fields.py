"""The fields of the shop card as an operator sees them: group, caption and help, each once.

A row for each field of `ShopCard`, in its order. Captions are Microsoft's where its Shopify Connector has the field
("Shopify Shop Card"). Help begins as after a colon. Forms, docs/shop-card.md, the description of the API and every
sentence that names a field take them from here. Border: what a card must satisfy, shops/card_rules.py says.
"""
from __future__ import annotations

from typing import NamedTuple

from shared.texts import Sentence, sentence

SHOP, CUSTOMERS, ITEMS = sentence("The shop"), sentence("Customers"), sentence("Items")
LOCATIONS, ORDERS = sentence("Locations"), sentence("Orders")


class CardField(NamedTuple):
    """Where a field stands on the card, what it is called, and what it decides; to be said in the reader's language."""

    group: Sentence
    caption: Sentence
    help: Sentence


def _field(group: Sentence, caption: str, help: str) -> CardField:
    return CardField(group, Sentence(caption), Sentence(help))


FIELDS: dict[str, CardField] = {
    "code": _field(SHOP, "Code", "the key of everything that is stored."),
    "shopify_url": _field(SHOP, "Shopify Admin URL", "the permanent address, e.g. https://demo-fr.myshopify.com."),
    "company_id": _field(
        SHOP, "Company",
        "the id (GUID) of the Business Central company; nothing else is taken, since it becomes part of an address."),
    "enabled": _field(SHOP, "Enabled", "whether the shop is synchronized."),
    "logging_mode": _field(
        SHOP, "Logging Mode",
        "which calls become log entries: Disabled none, Error Only those that failed, All every one."),
    "logging_mode_until": _field(
        SHOP, "Logging Mode Until",
        "when Logging Mode All ends, a time with its time zone, e.g. 2026-03-10T18:00:00Z."),
    "allow_data_sync_to_shopify": _field(
        SHOP, "Allow Data Sync to Shopify", "whether requests that change data in Shopify may be sent."),

    "customer_import_from_shopify": _field(
        CUSTOMERS, "Customer Import from Shopify", "which customers are taken in by themselves."),
    "customer_mapping_type": _field(CUSTOMERS, "Customer Mapping Type", "how an existing customer is found."),
    "auto_create_unknown_customers": _field(
        CUSTOMERS, "Auto Create Unknown Customers", "create a customer that was not found."),
    "shopify_can_update_customers": _field(
        CUSTOMERS, "Shopify Can Update Customers",
        "changes of name, address, phone and e-mail in Shopify follow on a linked customer."),
    "can_update_shopify_customers": _field(
        CUSTOMERS, "Can Update Shopify Customers",
        "a customer that changes in Business Central is changed in Shopify."),
    "default_customer_no": _field(
        CUSTOMERS, "Default Customer No.",
        "takes orders whose buyer was not found and may not be created, and guests' orders."),
    "company_import_from_shopify": _field(
        CUSTOMERS, "Company Import from Shopify",
        "an order that a company made (B2B) goes to the company's customer, never to that of the person who ordered "
        "for it."),
    "company_mapping_type": _field(CUSTOMERS, "Company Mapping Type", "how the customer of a company is found."),
    "auto_create_unknown_companies": _field(
        CUSTOMERS, "Auto Create Unknown Companies",
        "create a customer for a company that was not found, with the company's name, tax registration number, the "
        "main contact's e-mail address and the first location's address."),
    "shopify_can_update_companies": _field(
        CUSTOMERS, "Shopify Can Update Companies",
        "changes of a company's name, tax registration number, address, phone and e-mail follow on its customer."),
    "default_company_no": _field(
        CUSTOMERS, "Default Company No.",
        "takes the orders of companies that were not found and may not be created."),
    "customer_setup_by_country_region": _field(
        CUSTOMERS, "Customer Setup by Country/Region",
        "rows for the countries goods go to, since the customer decides the tax."),
    "country_region_mapping": _field(
        CUSTOMERS, "Country/Region Mapping",
        "Shopify's two-letter code and Business Central's own."),
    "name_source": _field(CUSTOMERS, "Name Source", "what becomes the customer's name."),
    "name_2_source": _field(CUSTOMERS, "Name 2 Source", "what stands in for an empty name."),
    "contact_source": _field(
        CUSTOMERS, "Contact Source", "what becomes the Ship-to Contact of orders, and stands in for an empty name."),
    "county_source": _field(
        CUSTOMERS, "County Source", "what goes into County: Shopify's province Code or its Name."),

    "sku_mapping": _field(ITEMS, "SKU Mapping", "what a variant's SKU stands for."),
    "sku_field_separator": _field(
        ITEMS, "SKU Field Separator", "stands between item number and variant code in a SKU, e.g. 1000|RED."),
    "find_mapping_by_barcode": _field(
        ITEMS, "Find Mapping by Barcode",
        "where the SKU finds nothing, the variant's barcode is compared with the items' GTIN."),
    "auto_create_unknown_items": _field(
        ITEMS, "Auto Create Unknown Items", "create an item for a variant that has none."),
    "shopify_can_update_items": _field(
        ITEMS, "Shopify Can Update Items",
        "a changed title follows on a linked item, and its tariff number if Item Card Service is filled in."),
    "can_update_shopify_products": _field(
        ITEMS, "Can Update Shopify Products", "an item that changes in Business Central is changed in Shopify."),
    "item_template": _field(ITEMS, "Item Template", "values of a new item."),
    "item_card_service": _field(
        ITEMS, "Item Card Service",
        "the name under which page 30, Item Card, is published on Business Central's page Web Services, e.g. "
        "ItemCard."),
    "vendor_items": _field(ITEMS, "Vendor Items", "rows that say which item a vendor's number is."),
    "uom_as_variant": _field(
        ITEMS, "UoM as Variant",
        "an option of the products says in which unit of measure a variant is sold, e.g. one piece or a box of "
        "twelve."),
    "variant_option_name_for_uom": _field(
        ITEMS, "Variant Option Name for UoM",
        "the name of that option, in whatever capitals, at most 50 characters."),
    "default_item_no": _field(
        ITEMS, "Default Item No.",
        "the item for custom lines, and for lines whose product was deleted in Shopify and whose SKU leads nowhere."),

    "default_location_code": _field(
        LOCATIONS, "Default Location Code",
        "the location of Business Central that items are sent from where Location Mapping says nothing."),
    "location_mapping": _field(
        LOCATIONS, "Location Mapping",
        "Shopify's location, by its name or its id, and Business Central's code."),

    "orders_to_import": _field(ORDERS, "Orders to Import", "which orders that have no document yet are taken."),
    "auto_create_sales_documents": _field(
        ORDERS, "Auto Create Sales Documents", "make a sales order of each order."),
    "shopify_order_no_on_doc_line": _field(
        ORDERS, "Shopify Order No. on Doc. Line",
        "a comment line with Shopify's order number stands first on the document."),
    "po_number_handling": _field(
        ORDERS, "PO Number", "where a buyer's own PO number goes: Comment Line or Ignore."),
    "note_on_doc_lines": _field(
        ORDERS, "Note on Doc. Lines",
        "the order's note stands in comment lines at the head of the document, 100 characters each, words whole."),
    "attributes_on_doc_lines": _field(
        ORDERS, "Attributes on Doc. Lines",
        "names of attributes, in whatever capitals, that stand there too: those of the order (Additional details) as "
        "name: value, and those of a line (an engraving) behind the line's name."),
    "payment_terms_mapping": _field(
        ORDERS, "Payment Terms Mapping",
        "the name of Shopify's payment terms and Business Central's code."),
    "shipment_method_mapping": _field(
        ORDERS, "Shipment Method Mapping",
        "the title or the code of Shopify's shipping line and Business Central's shipment method."),
    "salesperson_code": _field(
        ORDERS, "Salesperson Code", "the salesperson of all orders of this shop."),
    "requested_delivery_date_attribute": _field(
        ORDERS, "Requested Delivery Date Attribute",
        "the name of the order's attribute (Additional details) in which buyers name the day of delivery."),
    "fulfill_by_as_requested_delivery_date": _field(
        ORDERS, "Fulfill-by as Requested Delivery Date",
        "where no attribute names a day, the earliest day by which Shopify wants goods of the order sent, in the "
        "shop's time zone."),
    "document_dimensions": _field(
        ORDERS, "Document Dimensions",
        "rows that give orders a value of Business Central's two global dimensions."),
    "currency_handling": _field(
        ORDERS, "Currency Handling",
        "book orders in the Shop Currency or in the Presentment Currency that the buyer paid in."),
    "currency_mapping": _field(
        ORDERS, "Currency Mapping",
        "Shopify's ISO code and Business Central's own code."),
    "shipping_charges_account": _field(
        ORDERS, "Shipping Charges Account", "G/L account for shipping that no row below maps."),
    "shipping_charges": _field(
        ORDERS, "Shipping Charges", "rows that map a shipping title to a line of its own."),
    "tip_account": _field(ORDERS, "Tip Account", "G/L account for tips."),
    "sold_gift_card_account": _field(
        ORDERS, "Sold Gift Card Account", "G/L account for gift cards that were sold."),
    "cash_roundings_account": _field(
        ORDERS, "Cash Roundings Account",
        "G/L account for the rounding of cash payments, and for differences within Rounding Tolerance."),
    "duties_account": _field(
        ORDERS, "Duties Account", "G/L account for the duties of an order, one line in the order's price mode."),
    "additional_fees_account": _field(
        ORDERS, "Additional Fees Account",
        "G/L account for additional fees, one line for each rate of tax that names them."),
    "channel_tax_account": _field(
        ORDERS, "Channel Tax Account",
        "G/L account, without VAT, for tax that the sales channel (a marketplace) remits."),
    "refund_account": _field(
        ORDERS, "Refund Account",
        "G/L account for money that was given back for no goods before the document is made (goodwill; a negative "
        "line), or kept although its goods came back (a positive one)."),
    "rounding_tolerance": _field(
        ORDERS, "Rounding Tolerance",
        "by how much, in the order's currency, a document may differ from Shopify's total, or a tax from Shopify's."),
    "tax_differences": _field(
        ORDERS, "Tax Differences",
        "what follows where Business Central reckons another tax than Shopify charged on a line, whether prices "
        "include tax or not."),
    "time_zone": _field(ORDERS, "Time Zone", "where the shop's day begins, e.g. Europe/Paris."),
}

PARTS = {
    "country_region_code": sentence("Country/Region Code"),
    "county_code": sentence("County Code"),
    "default_customer_no": sentence("Default Customer No."),
    "tax_exempt_customer_no": sentence("Tax Exempt Customer No."),
    "tax_area_id": sentence("Tax Area"),
    "tax_exempt_tax_area_id": sentence("Tax Exempt Tax Area"),
    "tax_liable": sentence("Tax Liable"),
    "tax_groups": sentence("Tax Groups"),

    "general_product_posting_group": sentence("General Product Posting Group"),
    "inventory_posting_group": sentence("Inventory Posting Group"),
    "base_unit_of_measure": sentence("Base Unit of Measure"),
    "item_category": sentence("Item Category"),
    "tax_group": sentence("Tax Group"),
    "tax_group_not_taxable": sentence("Tax Group, Not Taxable"),
    "vendor": sentence("Vendor"),
    "vendor_item_no": sentence("Vendor Item No."),
    "item_no": sentence("Item No."),
    "variant_code": sentence("Variant Code"),

    "financial_statuses": sentence("Financial Status"),
    "import_test_orders": sentence("Import Test Orders"),
    "high_risk_orders": sentence("High Risk Orders"),
    "channels": sentence("Channels"),
    "channels_excluded": sentence("Channels Excluded"),
    "tags": sentence("Tags"),
    "tags_excluded": sentence("Tags Excluded"),
    "hold_minutes": sentence("Hold Minutes"),
    "dimension_code": sentence("Dimension Code"),
    "dimension_value_code": sentence("Dimension Value Code"),
    "channel": sentence("Channel"),
    "title": sentence("Title"),
    "type": sentence("Type"),
    "number": sentence("No."),
}
"""Captions of the parts of fields and of their rows."""

FROM, TO = sentence("In Shopify"), sentence("In Business Central")
"""Captions of a mapping's two columns."""


def caption(field: str) -> Sentence:
    """What a field of the card is called."""
    return FIELDS[field].caption


def row_of(field: str, name: str) -> Sentence:
    """A row of a field by its name: `Location Mapping "Lyon"`."""
    return sentence('{field} "{name}"', field=caption(field), name=name)


def part(name: str) -> Sentence:
    """What a part of a field is called, of a row of it or of what it is made of."""
    return PARTS[name]
