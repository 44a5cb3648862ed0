"""A Shopify company as a Business Central customer.

Rules: Microsoft's Shopify Connector (company mapping By Email/Phone, customer from company). A
company needs a location: its address becomes the customer's. The shop card has no switches of its
own for companies, so those for customers apply. Tax registration numbers are not compared.
"""
from __future__ import annotations

from shared.business_central.keys import is_customer_of
from shared.business_central.rows import CustomerRow
from shared.errors import RecordRefused
from shared.mapping import text
from shared.mapping.addresses import customer_address
from shared.mapping.buyers import match_contact, may_create
from shared.mapping.customers import differing, may_change
from shared.mapping.known import CustomersAndSetup
from shared.mapping.plan import Body, CustomerPlan
from shared.mapping.refusals import number_taken
from shared.shop_card import ShopCard
from shared.shopify.records import Address, Company, CompanyAddress, number_of


def company_plan(company: Company, card: ShopCard, known: CustomersAndSetup,
                 linked: CustomerRow | None) -> CustomerPlan:
    """What has to happen so that this company is a Business Central customer.

    Raises RecordRefused: customer-without-address (no location), customer-missing, country-unknown,
    number-taken.
    """
    number = f"C{number_of(company.id)}"
    existing = linked or match_contact(known, email=_email(company), phone=_phone(company))
    existing = existing or _ours_by_number(number, company, known)
    if existing is None:
        return CustomerPlan(number, "", {"number": number, **_new(company, card, known)})
    if not may_change(existing, card):
        return CustomerPlan(existing.number, existing.id, {})
    body = _details(company) | _address(company, card, known)
    return CustomerPlan(existing.number, existing.id, differing(body, existing))


def _ours_by_number(number: str, company: Company, known: CustomersAndSetup) -> CustomerRow | None:
    """The customer that we created before and whose link is lost; RecordRefused(number-taken) if it is another's."""
    row = known.customer_by_number(number)
    given = _given_address(company)
    street = text.fitted("customers", {"addressLine1": given.address1, "postalCode": given.zip}) if given else {}
    if row and not is_customer_of(row, _details(company) | street):
        raise number_taken(f"Customer {number}", _record(company), "e-mail, phone, name and address")
    return row


def _new(company: Company, card: ShopCard, known: CustomersAndSetup) -> Body:
    record = _record(company)
    if not may_create(card):
        sentence = f"No Business Central customer fits {record}, and the shop card does not allow creating one."
        raise RecordRefused("customer-missing", sentence, record=record)
    body = _details(company) | _address(company, card, known)
    return {name: value for name, value in body.items() if value}


def _details(company: Company) -> Body:
    """Name, phone and e-mail, without what is empty."""
    body = text.fitted("customers", {
        "displayName": company.name,
        "phoneNumber": text.phone(_phone(company)),
        "email": text.email(_email(company)),
    })
    return {name: value for name, value in body.items() if value}


def _address(company: Company, card: ShopCard, known: CustomersAndSetup) -> Body:
    """The company's address as Business Central takes it; RecordRefused(customer-without-address) without one."""
    record, given = _record(company), _given_address(company)
    if given is None:
        sentence = f"Shopify {record} ({company.name}) has no location with an address."
        raise RecordRefused("customer-without-address", sentence, record=record)
    address = Address(
        address1=given.address1, address2=given.address2, city=given.city, zip=given.zip,
        province=given.province, province_code=given.zone_code, country_code_v2=given.country_code,
    )
    return customer_address(address, card, known, record=record)


def _given_address(company: Company) -> CompanyAddress | None:
    """The location's billing address, else its shipping address."""
    location = company.location
    return (location.billing_address or location.shipping_address) if location else None


def _email(company: Company) -> str:
    """The main contact's e-mail address."""
    found = company.main_contact.customer.default_email_address if company.main_contact else None
    return found.email_address if found else ""


def _phone(company: Company) -> str:
    """The location's phone number, else the main contact's."""
    location = company.location.phone if company.location else None
    contact = company.main_contact.customer.default_phone_number if company.main_contact else None
    return location or (contact.phone_number if contact else "")


def _record(company: Company) -> str:
    return f"company {number_of(company.id)}"
