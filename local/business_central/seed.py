"""The company the simulator starts with: CRONUS FR, as data.

A French company in EUR with VAT of 20, 5.5 and 0 per cent, and template rules on the customer's country; what is
deliberately missing: any rule for CH, a rate for NOK, and posting groups on C00107.
Border: rows only; how they behave is in the entity modules.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from . import customers, items, number_series, templates
from .contract import BLANK_GUID, CONTRACT, Row
from .state import State

COMPANY_NAME = "CRONUS FR"
LOCAL_CURRENCY = "EUR"

CODES: dict[str, dict[str, str]] = {
    "countriesRegions": {"FR": "France", "DE": "Germany", "ES": "Spain", "IE": "Ireland", "GB": "Great Britain",
                         "US": "USA", "CH": "Switzerland"},
    "currencies": {"USD": "US dollar", "GBP": "Pound sterling", "NOK": "Norwegian krone"},
    "paymentMethods": {"CARD": "Card payment", "BANK": "Bank transfer"},
    "shipmentMethods": {"DAP": "Delivered at Place", "EXW": "Ex Works"},
    "unitsOfMeasure": {"PCS": "Piece", "BOX": "Box", "KG": "Kilogram"},
    "itemCategories": {"FURNITURE": "Office furniture", "GIFTS": "Gifts"},
    "locations": {"EAST": "East warehouse", "MAIN": "Main warehouse"},
    "salespeoplePurchasers": {"JR": "John Roberts"},
    "tariffNumbers": {"847130": "Portable computers", "940330": "Wooden office furniture"},
    "taxAreas": {"DOMESTIC": "Domestic customers", "EU": "Customers in EU", "EXPORT": "Other customers"},
    "taxGroups": {"VAT20": "Standard VAT 20 %", "VAT55": "Reduced VAT 5.5 %", "NOVAT": "No VAT"},
    "inventoryPostingGroups": {"RESALE": "Resale items", "FINISHED": "Finished items"},
    "genBusPostingGroups": {"DOMESTIC": "Domestic", "EU": "EU", "EXPORT": "Export"},
    "customerPostingGroups": {"DOMESTIC": "Domestic", "EU": "EU", "EXPORT": "Export"},
}  # fmt: skip

# Dimension -> its values; the first two are the global dimensions.
DIMENSIONS = {"DEPARTMENT": ("SALES", "WEB", "POS"), "AREA": ("30", "70"), "PROJECT": ("SPRING",)}
PAYMENT_TERMS = {"CM": ("Current month", "CM"), "30D": ("Net 30 days", "30D")}
PRODUCT_GROUPS = {"RETAIL": "VAT20", "FOOD": "VAT55", "SERVICES": "VAT20"}
EXCHANGE_RATES = {"USD": "1.10", "GBP": "0.85"}
VAT_PERCENT = {
    ("DOMESTIC", "VAT20"): "20", ("DOMESTIC", "VAT55"): "5.5", ("DOMESTIC", "NOVAT"): "0",
    **{(business, product): "0" for business in ("EU", "EXPORT") for product in ("VAT20", "VAT55", "NOVAT")},
}  # fmt: skip

# Pages published as web services: name of the service -> page.
WEB_SERVICES = {"ItemCard": 30}

# number: name, VAT product group, direct posting
ACCOUNTS = {
    "411000": ("Receivables", "NOVAT", False),
    "512000": ("Bank", "NOVAT", False),
    "707000": ("Sales of goods", "VAT20", False),
    "708500": ("Shipping charged", "VAT20", True),
    "624100": ("Transport on sales", "VAT20", True),
    "709000": ("Refunds granted", "VAT20", True),
    "709100": ("Refunds without return", "VAT20", True),
    "758800": ("Tips", "NOVAT", True),
    "419100": ("Gift cards sold", "NOVAT", True),
    "658000": ("Rounding differences", "NOVAT", True),
    "511500": ("Card clearing", "NOVAT", True),
    "627800": ("Payment fees", "NOVAT", True),
}

# number: name, net price, product group, further properties
ITEMS: dict[str, tuple[str, str, str, Row]] = {
    "1000": ("Desk", "100.00", "RETAIL", {}),
    "1001": ("Chocolate spread", "10.00", "FOOD", {"gtin": "3017620422003"}),
    "1100": ("Fruit basket", "40.00", "FOOD", {}),
    "1900": ("Lamp", "25.00", "RETAIL", {"blocked": True}),
    "FREIGHT": ("Freight", "10.00", "SERVICES", {"type": "Service"}),
}

CUSTOMERS: dict[str, Row] = {
    "C00010": {
        "displayName": "Marie Curie", "email": "marie@example.fr", "phoneNumber": "+33 1 44 27 46 22",
        "type": "Person", "addressLine1": "11 rue Pierre et Marie Curie", "city": "Paris", "postalCode": "75005",
    },
    "C00050": {"displayName": "Discounted customer", "invoiceDiscounts": ((0, 5), (500, 10))},
    "C00060": {"displayName": "Customer in the east", "locationCode": "EAST"},
    "C00107": {
        "displayName": "Customer without posting groups",
        "genBusPostingGroup": "", "vatBusPostingGroup": "", "customerPostingGroup": "",
    },
    "C-WEB": {"displayName": "Web shop customer"},
}  # fmt: skip


def posting_groups(group: str) -> Row:
    """The three posting groups of a customer that all carry one name."""
    return {"genBusPostingGroup": group, "vatBusPostingGroup": group, "customerPostingGroup": group}


CUSTOMER_RULES: list[tuple[str, Row]] = [
    ("IE", {"city": "Dublin", **posting_groups("EU")}),
    ("FR", posting_groups("DOMESTIC")),
    ("DE", posting_groups("EU")), ("ES", posting_groups("EU")),
    ("GB", posting_groups("EXPORT")), ("US", posting_groups("EXPORT")),
]  # fmt: skip
ITEM_RULES: list[tuple[Row, Row]] = [
    ({"unitCost": Decimal(1151)}, {"baseUnitOfMeasureCode": "BOX"}),
    ({}, {"baseUnitOfMeasureCode": "PCS"}),
]
NUMBER_SERIES = {
    customers.SERIES: ("C10001", True), items.SERIES: ("I10001", True), "ORDERS": ("SO100001", False),
    "INVOICES": ("DI100001", False), "CREDIT MEMOS": ("DC100001", False), "POSTED INVOICES": ("SI100001", False),
    "POSTED CREDIT MEMOS": ("SC100001", False), "SHIPMENTS": ("SH100001", False), "PAYMENTS": ("PAY100001", False),
}  # fmt: skip


def seed(state: State) -> None:
    """Fill an empty state."""
    with state.transaction():
        for code, (first, manual) in NUMBER_SERIES.items():
            number_series.define(state, code, first, manual=manual)
        _company(state)
        for name, rows in CODES.items():
            for code, text in rows.items():
                _add(state, name, code=code, displayName=text, description=text)
        _setup(state)
        _posting_setup(state)
        for service, page in WEB_SERVICES.items():
            state.insert("webServices", {"id": service, "page": page})
        _accounts(state)
        for number, (text, price, group, more) in ITEMS.items():
            _item(state, number, {"displayName": text, "unitPrice": Decimal(price),
                                  "generalProductPostingGroupCode": group, **more})  # fmt: skip
        for number, card in CUSTOMERS.items():
            _customer(state, number, card)
        _rules(state)
        _journals(state)
    state.settle()


def stable_id(*parts: str) -> str:
    """The same GUID for the same thing at every start."""
    return str(uuid5(NAMESPACE_URL, "/".join(("business-central-simulator", *parts))))


def _add(state: State, name: str, /, **values: Any) -> Row:
    entity = CONTRACT.get(name)
    blanks = entity.new_row() if entity else {}
    known = {k: v for k, v in values.items() if entity is None or k in entity.properties or k not in TEXTS}
    if "taxType" in blanks:
        known["taxType"] = "VAT"
    key = str(values.get("code") or values.get("number") or values.get("key", ""))
    return state.insert(name, {**blanks, "id": stable_id(name, key), **known})


TEXTS = ("displayName", "description")


def _company(state: State) -> None:
    _add(state, "companies", key=COMPANY_NAME, name=COMPANY_NAME, displayName=COMPANY_NAME, systemVersion="29.0")
    _add(state, "companyInformation", displayName=COMPANY_NAME, country="FR", currencyCode=LOCAL_CURRENCY)
    first, second, *_ = DIMENSIONS
    _add(state, "generalLedgerSetup", localCurrencyCode=LOCAL_CURRENCY, localCurrencySymbol="€",
         shortcutDimension1Code=first, shortcutDimension2Code=second)  # fmt: skip


def as_another_company(state: State) -> None:
    """Give the seeded company an id that no other simulator's has."""
    with state.transaction():
        company = next(iter(state.rows("companies")))
        state.delete("companies", company["id"])
        state.insert("companies", {**company, "id": str(uuid4())})
    state.settle()


def _setup(state: State) -> None:
    state.insert(items.SALES_SETUP, {"id": "SETUP", "vatBusPostingGroupPrice": "DOMESTIC"})
    for code, (text, formula) in PAYMENT_TERMS.items():
        _add(state, "paymentTerms", code=code, displayName=text, dueDateCalculation=formula)
    for dimension, values in DIMENSIONS.items():
        of = _add(state, "dimensions", code=dimension, displayName=dimension.title())["id"]
        for value in values:
            _add(state, "dimensionValues", code=value, dimensionId=of, displayName=value)
    for code, rate in EXCHANGE_RATES.items():
        _add(state, "currencyExchangeRates", key=code, currencyCode=code, startingDate="2025-01-01",
             exchangeRateAmount=Decimal(rate), relationalExchangeRateAmount=Decimal(1))  # fmt: skip


def _posting_setup(state: State) -> None:
    for code, vat in PRODUCT_GROUPS.items():
        _add(state, "generalProductPostingGroups", code=code, description=code.title(),
             defaultVATProductPostingGroup=vat)  # fmt: skip
        for business in CODES["genBusPostingGroups"]:
            state.insert("generalPostingSetup", {"id": f"{business}|{code}"})
    for (business, product), percent in VAT_PERCENT.items():
        state.insert("vatPostingSetup", {"id": f"{business}|{product}", "percent": Decimal(percent),
                                         "identifier": product})  # fmt: skip


def _accounts(state: State) -> None:
    for number, (text, vat, direct) in ACCOUNTS.items():
        _add(state, "accounts", number=number, displayName=text, directPosting=direct, vatProdPostingGroup=vat,
             genProdPostingGroup="SERVICES", accountType="Posting")  # fmt: skip
    _add(state, "bankAccounts", number="BANK", displayName="Main bank account", currencyCode="",
         currencyId=BLANK_GUID)  # fmt: skip


def _item(state: State, number: str, values: Row) -> None:
    defaults = {"baseUnitOfMeasureCode": "PCS", "inventoryPostingGroupCode": "RESALE"}
    row = items.insert(state, CONTRACT["items"], {"number": number, **defaults, **values}, None, {})
    state.delete("items", row["id"])
    state.insert("items", {**row, "id": stable_id("items", number)})


def _customer(state: State, number: str, card: Row) -> None:
    row = {
        **CONTRACT["customers"].new_row(), **customers.CARD, **posting_groups("DOMESTIC"), "number": number,
        "country": "FR", "currencyCode": LOCAL_CURRENCY, **card, "id": stable_id("customers", number),
    }  # fmt: skip
    customers.set_tax_area(state, row, from_id=False)
    state.insert("customers", row)


def _rules(state: State) -> None:
    for country, values in CUSTOMER_RULES:
        templates.define(state, "customers", values, {"country": country})
    groups = {"generalProductPostingGroupCode": "RETAIL", "inventoryPostingGroupCode": "RESALE"}
    for criteria, values in ITEM_RULES:
        templates.define(state, "items", {**values, **groups}, criteria)


def _journals(state: State) -> None:
    clearing = state.one("accounts", "number", "511500")
    assert clearing
    _add(state, "journals", key="CASHRCPT/SHOPIFY", code="SHOPIFY", displayName="Shopify payments",
         template="CASHRCPT", templateDisplayName="CASHRCPT", series="PAYMENTS",
         balancingAccountId=clearing["id"], balancingAccountNumber="511500")  # fmt: skip
    _add(state, "journals", key="GENERAL/DEFAULT", code="DEFAULT", displayName="Default journal", template="GENERAL",
         templateDisplayName="GENERAL", series="", balancingAccountId=BLANK_GUID,
         balancingAccountNumber="")  # fmt: skip
