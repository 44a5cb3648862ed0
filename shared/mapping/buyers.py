"""Which Business Central customer an order goes to.

Rules: Microsoft's Shopify Connector, Customer Mapping Type and Customer Import from Shopify. The
answer is a value: either a customer that exists, or the Shopify customer that must become one
first. Guests have no Shopify customer, so they are matched or go to the default customer.
"""
from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import msgspec

from shared.business_central.keys import SHORTEST_PHONE, BillTo, bill_to
from shared.business_central.phones import phone_key
from shared.business_central.rows import CustomerRow
from shared.errors import RecordRefused
from shared.mapping.addresses import county_of, wanted_country
from shared.mapping.known import KnownCustomers, LinkOfCompany, LinkOfCustomer
from shared.mapping.names import names_of
from shared.mapping.text import code, fitted
from shared.shopify.records import Address, NamedCompany, Order, id_of
from shared.shops.card import CompanyImport, CompanyMapping, CountrySetup, CustomerImport, CustomerMapping, ShopCard
from shared.shops.card_fields import caption
from shared.texts import Text, sentence

WITHOUT_ADDRESS = "customer-without-address"
_MADE_FOR_A_PERSON = re.compile(r"S[0-9]{1,19}")
_MADE_FOR_A_COMPANY = re.compile(r"C[1-9][0-9]{0,18}")


class ExistingBuyer(msgspec.Struct, frozen=True):
    """The order goes to this customer; `is_own`: the order's Shopify customer is this one, and should be linked."""

    customer_number: str
    is_own: bool = False


class NewBuyer(msgspec.Struct, frozen=True):
    """This Shopify customer must be created in Business Central first (customer_plan)."""

    shopify_customer_id: str


class CompanyBuyer(msgspec.Struct, frozen=True):
    """The order is this Shopify company's, which must be brought into Business Central first (company_plan)."""

    shopify_company_id: str


Buyer = ExistingBuyer | NewBuyer | CompanyBuyer


def buyer_of(order: Order, card: ShopCard, known: KnownCustomers, link_of_customer: LinkOfCustomer,
             link_of_company: LinkOfCompany) -> Buyer:
    """The buyer of an order: of a company's the company, never the person who ordered for it.

    RecordRefused(customer-missing) when nobody fits, none may be created and there is no usable
    default customer or default company.
    """
    record = sentence("order {number}", number=id_of(order.id))
    if order.company:
        person = id_of(order.customer.id) if order.customer else None
        return buyer_of_company(
            order.company, person, card, known, link_of_customer, link_of_company, record=record)
    if (of_country := _customer_of_country(order, card, known, record)) is not None:
        return ExistingBuyer(of_country.number)
    if card.customer_mapping_type is CustomerMapping.DEFAULT_CUSTOMER:
        return _default_buyer(card, known, record)
    if card.customer_import_from_shopify is CustomerImport.NONE:
        return _default_buyer(card, known, record)
    of_company = partial(is_company, link_of_company=link_of_company)
    linked = _linked(order, card, known, link_of_customer, of_company)
    found = linked or _matched(order, card, known, of_company)
    if found:
        return ExistingBuyer(found.number, is_own=not linked and _is_own(order, found, card, known, of_company))
    if may_create(card) and order.customer:
        return NewBuyer(id_of(order.customer.id))
    return _default_buyer(card, known, record)


def buyer_of_company(company: NamedCompany, person: str | None, card: ShopCard, known: KnownCustomers,
                     link_of_customer: LinkOfCustomer, link_of_company: LinkOfCompany, *, record: Text) -> Buyer:
    """The customer of the company that bought, by its link; without one the company is brought in.

    person  id of the Shopify customer who ordered for it
    Raises as buyer_of does.
    """
    named = sentence("company {number} ({name})", number=id_of(company.id), name=company.name)
    if card.company_mapping_type is CompanyMapping.DEFAULT_COMPANY:
        why = sentence("{setting} sends {record} of {company} to the default company.",
                       setting=caption("company_mapping_type"), record=record, company=named)
        return ExistingBuyer(default_company(card, known, record=record, why=why).number)
    if card.company_import_from_shopify is CompanyImport.NONE:
        why = sentence("{setting} is None, so {record} of {company} is to go to the default company.",
                       setting=caption("company_import_from_shopify"), record=record, company=named)
        return ExistingBuyer(default_company(card, known, record=record, why=why).number)
    number = link_of_company(id_of(company.id))
    row = known.customer_by_number(number) if number else None
    if row is None or is_default(row, card) or is_private(row, person, link_of_customer):
        return CompanyBuyer(id_of(company.id))
    return ExistingBuyer(row.number)


def is_private(row: CustomerRow, person: str | None, link_of_customer: LinkOfCustomer) -> bool:
    """Whether we made this customer for a private person, `person` or another: S and the id of a Shopify customer."""
    if not _MADE_FOR_A_PERSON.fullmatch(row.number):
        return False
    made_for = row.number[1:]
    return made_for == person or link_of_customer(made_for) == row.number


def is_company(row: CustomerRow, link_of_company: LinkOfCompany) -> bool:
    """Whether we made this customer for a company: it bears the e-mail address of a person who may buy for himself."""
    if not _MADE_FOR_A_COMPANY.fullmatch(row.number):
        return False
    return link_of_company(row.number[1:]) == row.number


def may_create(card: ShopCard) -> bool:
    """Whether unknown customers may be created at all."""
    return (card.auto_create_unknown_customers
            and card.customer_import_from_shopify is not CustomerImport.NONE)


def match_contact(known: KnownCustomers, *, email: str, phone: str, but: Callable[[CustomerRow], bool],
                  country: str | None = None) -> CustomerRow | None:
    """The customer with this e-mail address, else the one with this phone number, else None; none that `but` is for.

    country  two-letter code, by which a phone number is meant that is written without its own
    """
    by_email = known.customers_by_email(email) if email.strip() else ()
    key = phone_key(phone, country or "")
    by_phone = known.customers_by_phone(key) if len(key) >= SHORTEST_PHONE else ()
    return next((row for rows in (by_email, by_phone) for row in rows if not but(row)), None)


def bill_to_key(address: Address, card: ShopCard, *, name: str) -> BillTo | None:
    """What By Bill-to Info compares, cut as Business Central stores it; None without a name."""
    if not name:
        return None
    cut = fitted("customers", {
        "displayName": name, "addressLine1": address.address1, "addressLine2": address.address2,
        "postalCode": address.zip, "city": address.city, "state": county_of(address, card),
        "country": wanted_country(address.country_code_v2, card),
    })
    return bill_to(*cut.values())


def default_customer(card: ShopCard, known: KnownCustomers, *, record: Text, why: Text) -> CustomerRow:
    """The card's default customer; RecordRefused(customer-missing) if unset or not in BC."""
    return _default(card.default_customer_no, caption("default_customer_no"), known, record=record, why=why)


def instead_of_creating(refused: RecordRefused, card: ShopCard, known: KnownCustomers) -> CustomerRow:
    """The default customer for a buyer without any address; raises `refused` for another reason, or without a default.
    """
    if refused.code != WITHOUT_ADDRESS or not card.default_customer_no:
        raise refused
    return default_customer(card, known, record=refused.about or "", why=refused.sentence)


def address_of(order: Order) -> Address | None:
    """The address a buyer without one is created with: the billing address, else the shipping address."""
    return order.billing_address or order.shipping_address


def default_company(card: ShopCard, known: KnownCustomers, *, record: Text, why: Text) -> CustomerRow:
    """The card's default company; RecordRefused(customer-missing) if unset or not in BC."""
    return _default(card.default_company_no, caption("default_company_no"), known, record=record, why=why)


def _default(number: str, setting: Text, known: KnownCustomers, *, record: Text, why: Text) -> CustomerRow:
    found = known.customer_by_number(code(number)) if number else None
    if found is None:
        raise RecordRefused("customer-missing", sentence(
            "{why} {setting} {number} does not exist in Business Central." if number else "{why} {setting} is empty.",
            why=why, setting=setting, number=number), record=record)
    return found


def is_default(row: CustomerRow, card: ShopCard) -> bool:
    """Whether this is a default customer or company: it stands for many buyers, so a link to it identifies nobody."""
    numbers = [card.default_customer_no, card.default_company_no]
    for setup in card.customer_setup_by_country_region:
        numbers += [setup.default_customer_no, setup.tax_exempt_customer_no]
    return row.number in map(code, filter(None, numbers))


def country_of(order: Order) -> str:
    """The country the goods go to, which decides the tax: that of delivery, else of billing; "" without either."""
    address = order.shipping_address or order.billing_address
    return code(address.country_code_v2) if address else ""


def province_of(order: Order) -> str:
    """The state or province there, Shopify's code; "" where it does not say one."""
    address = order.shipping_address or order.billing_address
    return code(address.province_code) if address else ""


def setup_of(order: Order, card: ShopCard) -> CountrySetup:
    """The row of the shop card for where the goods go to; an empty one where there is none."""
    return card.setup_of(country_of(order), province_of(order))


def _customer_of_country(order: Order, card: ShopCard, known: KnownCustomers, record: Text) -> CustomerRow | None:
    """Whom the card gives all orders delivered there; RecordRefused(customer-missing) if that is not in BC.

    Asked before anybody is looked for (AL: "Shpfy Order Mapping".DoMapping): a buyer's own customer bears the tax of
    home.
    """
    setup = setup_of(order, card)
    field, number = setup.customer(tax_exempt=order.tax_exempt)
    if not number:
        return None
    why = sentence("{record!c} is delivered to {place}.", record=record, place=setup.key)
    return _default(number, sentence("{part} of {field}", part=field, field=setup.name), known, record=record, why=why)


def _default_buyer(card: ShopCard, known: KnownCustomers, record: Text) -> Buyer:
    why = sentence("No Business Central customer was found for {record}, and none may be created.", record=record)
    return ExistingBuyer(default_customer(card, known, record=record, why=why).number)


def _linked(order: Order, card: ShopCard, known: KnownCustomers,
            link_of_customer: LinkOfCustomer, of_company: Callable[[CustomerRow], bool]) -> CustomerRow | None:
    number = link_of_customer(id_of(order.customer.id)) if order.customer else None
    row = known.customer_by_number(number) if number else None
    return None if row is None or is_default(row, card) or of_company(row) else row


def _matched(order: Order, card: ShopCard, known: KnownCustomers,
             of_company: Callable[[CustomerRow], bool]) -> CustomerRow | None:
    """Matched from what the order itself says; a nameless order by e-mail and phone whatever the card says."""
    if card.customer_mapping_type is CustomerMapping.BY_BILL_TO:
        key = _bill_to_of(order, card)
        if key:
            return known.customer_by_bill_to(key)
    return match_contact(known, email=email_of(order), phone=phone_of(order), country=_country_of_phone(order),
                         but=of_company)


def _is_own(order: Order, found: CustomerRow, card: ShopCard, known: KnownCustomers,
            of_company: Callable[[CustomerRow], bool]) -> bool:
    """Whether the Shopify customer's own e-mail or phone leads there too: an order may name somebody else's."""
    customer, by_contact = order.customer, card.customer_mapping_type is CustomerMapping.BY_EMAIL_PHONE
    if customer is None or not by_contact or is_default(found, card):
        return False
    email, phone = customer.default_email_address, customer.default_phone_number
    own = match_contact(
        known, email=email.email_address if email else "", phone=phone.phone_number if phone else "",
        but=of_company)
    return own is not None and own.id == found.id


def _bill_to_of(order: Order, card: ShopCard) -> BillTo | None:
    address = order.billing_address or order.shipping_address
    if address is None:
        return None
    names = names_of(card, first=address.first_name, last=address.last_name, company=address.company)
    return bill_to_key(address, card, name=names.name)


def email_of(order: Order) -> str:
    """The order's e-mail address, else its customer's."""
    return next(filter(None, emails_of(order)), "")


def phone_of(order: Order) -> str:
    """The order's phone number, else its customer's, else that of its addresses."""
    return next(filter(None, phones_of(order)), "")


def _country_of_phone(order: Order) -> str | None:
    """The country of the address in which the phone number stands: only there it may be written without its own."""
    phone = phone_of(order)
    addresses = (order.billing_address, order.shipping_address)
    return next((address.country_code_v2 for address in addresses if address and address.phone == phone), None)


def emails_of(order: Order) -> list[str | None]:
    """The buyer's e-mail addresses, the order's own first."""
    customer = order.customer.default_email_address if order.customer else None
    return [order.email, customer.email_address if customer else None]


def phones_of(order: Order) -> list[str | None]:
    """The buyer's phone numbers, the order's own first."""
    customer = order.customer.default_phone_number if order.customer else None
    addresses = (order.billing_address, order.shipping_address)
    return [order.phone, customer.phone_number if customer else None,
            *(address.phone for address in addresses if address)]
