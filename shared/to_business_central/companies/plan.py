"""A Shopify company as a Business Central customer, whichever of its contacts and locations buys.

Rules: Microsoft's Shopify Connector (Company Import from Shopify, Company Mapping Type, customer from company). A
company needs a location: the address of its first one becomes the customer's. The private customer of its main contact
is never the company's, even where nothing but the e-mail address would tell them apart.
"""
from __future__ import annotations

from shared.business_central.keys import TaxNumber, is_customer_of, same_tax_number, tax_number
from shared.business_central.plan import Body, CustomerPlan
from shared.business_central.rows import CustomerRow
from shared.errors import RecordRefused
from shared.mapping import text
from shared.mapping.addresses import customer_address, iso_country
from shared.mapping.buyers import default_company, is_default, is_private, match_contact
from shared.mapping.document_details import payment_terms
from shared.mapping.known import CustomersAndSetup, KnownCustomers, LinkOfCustomer
from shared.mapping.refusals import number_taken
from shared.mapping.tax_areas import is_exempt, tax_of_country
from shared.shopify.records import Address, Company, CompanyAddress, TaxSettings, id_of
from shared.shops.card import CompanyImport, CompanyMapping, ShopCard
from shared.shops.card_fields import caption
from shared.texts import Sentence, Text, sentence
from shared.to_business_central.customers.plan import differing


def wants_company(card: ShopCard, *, linked: bool) -> bool:
    """Whether a changed Shopify company is taken in by itself, without an order that needs it.

    All Companies: always. With Order Import: only companies already linked, to refresh them.
    """
    if card.company_import_from_shopify is CompanyImport.ALL_COMPANIES:
        return True
    refreshed = linked and card.shopify_can_update_companies
    return refreshed and card.company_import_from_shopify is CompanyImport.WITH_ORDER_IMPORT


def company_plan(company: Company, card: ShopCard, known: CustomersAndSetup, linked: CustomerRow | None,
                 link_of_customer: LinkOfCustomer) -> CustomerPlan:
    """What has to happen so that this company is a Business Central customer.

    `linked` is the customer it was linked to before; `link_of_customer` tells whom private customers became.
    Raises RecordRefused: customer-without-address (no location), customer-missing, code-unknown, country-unknown,
    number-taken.
    """
    record = _record(company)
    if card.company_mapping_type is CompanyMapping.DEFAULT_COMPANY:
        why = sentence("{company} is to go to the default company.", company=_named(company))
        return _default(card, known, why, record)
    if linked and (is_default(linked, card) or _is_contact(linked, company, link_of_customer)):
        linked = None
    existing = linked or _matched(company, card, known, link_of_customer) or _ours_by_number(company, known)
    if existing is None and not may_create_company(card):
        why = sentence("No Business Central customer fits {record}, and {why}.", record=_named(company),
                       why=_what_forbids(card))
        return _default(card, known, why, record)
    if existing is None:
        body = {"number": _number(company), **_new(company, card, known)}
        return CustomerPlan(_number(company), "", body, _not_taken(company))
    if not card.shopify_can_update_companies or is_default(existing, card):
        return CustomerPlan(existing.number, existing.id, {})
    body = _details(company) | _address(company, card, known)
    return CustomerPlan(existing.number, existing.id, differing(body, existing), _not_taken(company))


def may_create_company(card: ShopCard) -> bool:
    """Whether unknown companies may be created at all."""
    return card.auto_create_unknown_companies and card.company_import_from_shopify is not CompanyImport.NONE


def _what_forbids(card: ShopCard) -> Sentence:
    none = card.company_import_from_shopify is CompanyImport.NONE
    return sentence("{setting} is None" if none else "{setting} is off", setting=caption(
        "company_import_from_shopify" if none else "auto_create_unknown_companies"))


def _default(card: ShopCard, known: KnownCustomers, why: Text, record: Text) -> CustomerPlan:
    row = default_company(card, known, record=record, why=why)
    return CustomerPlan(row.number, row.id, {})


def _matched(company: Company, card: ShopCard, known: KnownCustomers,
             link_of_customer: LinkOfCustomer) -> CustomerRow | None:
    """The customer that fits by the card's mapping type, unless it is a private person's."""
    if card.company_mapping_type is CompanyMapping.BY_TAX_ID:
        return _by_tax_number(company, card, known)
    return match_contact(known, email=_email(company), phone="" if _email(company) else _phone(company),
                         but=lambda row: _is_contact(row, company, link_of_customer))


def _by_tax_number(company: Company, card: ShopCard, known: KnownCustomers) -> CustomerRow | None:
    address, location = _given_address(company), company.location
    ours = tax_number(location.tax_registration_id if location else "", (address and address.country_code) or "")
    candidates = known.customers_by_tax_number(ours.figures) if ours.figures else ()
    return next((row for row in candidates if same_tax_number(ours, _tax_number_of(row, card))), None)


def _tax_number_of(row: CustomerRow, card: ShopCard) -> TaxNumber:
    return tax_number(row.tax_registration_number, iso_country(row.country, card))


def _is_contact(row: CustomerRow, company: Company, link_of_customer: LinkOfCustomer) -> bool:
    """Whether this customer was made for a private person."""
    contact = company.main_contact
    return is_private(row, id_of(contact.customer.id) if contact else None, link_of_customer)


def _ours_by_number(company: Company, known: CustomersAndSetup) -> CustomerRow | None:
    """The customer that we created before and whose link is lost; RecordRefused(number-taken) if it is another's."""
    number = _number(company)
    row = known.customer_by_number(number)
    given = _given_address(company)
    street = text.fitted("customers", {"addressLine1": given.address1, "postalCode": given.zip}) if given else {}
    if row and not is_customer_of(row, _details(company) | street):
        raise number_taken(sentence("Customer {number}", number=number), _record(company),
                           sentence("e-mail, phone, name and address"))
    return row


def _new(company: Company, card: ShopCard, known: CustomersAndSetup) -> Body:
    given = _details(company) | _address(company, card, known)
    body = {name: value for name, value in given.items() if value}
    address, settings = _given_address(company), company.location.tax_settings if company.location else TaxSettings()
    exempt = is_exempt(settings.tax_exempt, settings.tax_exemptions, body.get("country", ""), known)
    setup = card.setup_of(address.country_code, address.zone_code) if address else card.setup_of("")
    tax = tax_of_country(setup, exempt=exempt)
    return body | tax | _payment_terms(company, card, known)


def _payment_terms(company: Company, card: ShopCard, known: CustomersAndSetup) -> Body:
    """The terms agreed with the company, as the card maps them; {} where there are none, or none mapped."""
    agreed = company.location.buyer_experience_configuration if company.location else None
    template = agreed.payment_terms_template if agreed else None
    return payment_terms(template.name, card, known, record=_record(company)) if template else {}


def _details(company: Company) -> Body:
    """Name, phone, e-mail and tax registration number, without what is empty."""
    location = company.location
    body = text.fitted("customers", {
        "displayName": company.name,
        "phoneNumber": text.first_taken(text.phone, _phones(company)),
        "email": text.email(_email(company)),
        "taxRegistrationNumber": text.tax_number(location.tax_registration_id if location else ""),
    })
    return {name: value for name, value in body.items() if value}


def _address(company: Company, card: ShopCard, known: CustomersAndSetup) -> Body:
    """The company's address as Business Central takes it; RecordRefused(customer-without-address) without one."""
    record, given = _record(company), _given_address(company)
    if given is None:
        raise RecordRefused("customer-without-address", sentence(
            "Shopify {company} has no location with an address.", company=_named(company)), record=record)
    address = Address(
        address1=given.address1, address2=given.address2, city=given.city, zip=given.zip,
        province=given.province, province_code=given.zone_code, country=given.country,
        country_code_v2=given.country_code,
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
    return next(filter(None, _phones(company)), "")


def _phones(company: Company) -> list[str | None]:
    location = company.location.phone if company.location else None
    contact = company.main_contact.customer.default_phone_number if company.main_contact else None
    return [location, contact.phone_number if contact else None]


def _not_taken(company: Company) -> Sentence | None:
    return text.not_taken(_named(company), _phones(company), [_email(company)])


def _number(company: Company) -> str:
    """The number a created customer gets, C and the Shopify id: found again after a lost answer."""
    return f"C{id_of(company.id)}"


def _record(company: Company) -> Sentence:
    return sentence("company {number}", number=id_of(company.id))


def _named(company: Company) -> Sentence:
    return sentence("company {number} ({name})", number=id_of(company.id), name=company.name)
