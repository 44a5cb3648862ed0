"""A Shopify customer as a Business Central customer.

Rules: Microsoft's Shopify Connector (matching, creation, update of customers); Microsoft Learn,
"API v2.0", customer. The API has no name 2, contact and posting groups on customers: the groups
come from API Setup in Business Central, the contact goes onto each order (shipToContact), name 2
is left out.
"""
from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import msgspec

from shared.business_central.keys import email_keys, is_customer_of, same_tax_number, tax_number
from shared.business_central.phones import phone_key
from shared.business_central.plan import Body, CustomerPlan
from shared.business_central.rows import CustomerRow
from shared.errors import RecordRefused
from shared.mapping import text
from shared.mapping.addresses import customer_address
from shared.mapping.buyers import (
    WITHOUT_ADDRESS,
    bill_to_key,
    default_customer,
    is_company,
    is_default,
    match_contact,
    may_create,
)
from shared.mapping.known import CustomersAndSetup, KnownCustomers, LinkOfCompany
from shared.mapping.names import NAME_LENGTH, names_of
from shared.mapping.refusals import number_taken
from shared.mapping.tax_areas import is_exempt, tax_of_country
from shared.shopify.records import Address, AddressNode, Customer, id_of
from shared.shops.card import CustomerMapping, ShopCard
from shared.texts import Sentence, sentence


def with_address(customer: Customer, addresses: Iterable[Address | None]) -> Customer:
    """The customer, with the first of these addresses (of orders) where it has none of its own."""
    found = None if customer.address else next(filter(None, addresses), None)
    if found is None:
        return customer
    return msgspec.structs.replace(customer, default_address=AddressNode(id="", **msgspec.structs.asdict(found)))


def customer_plan(customer: Customer, card: ShopCard, known: CustomersAndSetup, linked: CustomerRow | None,
                  link_of_company: LinkOfCompany) -> CustomerPlan:
    """What has to happen so that this Shopify customer is a Business Central customer.

    `linked` is the customer it was linked to before (None if never, or deleted since); `link_of_company` tells whom
    companies became, who are nobody's own. Raises
    RecordRefused: customer-missing, customer-without-address, country-unknown, number-taken.
    """
    record = _record(customer)
    if card.customer_mapping_type is CustomerMapping.DEFAULT_CUSTOMER:
        why = sentence("{record!c} is to go to the default customer.", record=record)
        default = default_customer(card, known, record=record, why=why)
        return CustomerPlan(default.number, default.id, {})
    if linked and (is_default(linked, card) or is_company(linked, link_of_company)):
        linked = None
    existing = linked or match(customer, card, known, link_of_company) or _ours_by_number(customer, card, known)
    if existing is None:
        return CustomerPlan(new_number(customer), "", new_customer(customer, card, known), _not_taken(customer))
    return CustomerPlan(existing.number, existing.id, changes(customer, card, known, existing), _not_taken(customer))


def new_number(customer: Customer) -> str:
    """The number a created customer gets, S and the Shopify id: found again after a lost answer."""
    return f"S{id_of(customer.id)}"


def _ours_by_number(customer: Customer, card: ShopCard, known: KnownCustomers) -> CustomerRow | None:
    """The customer that we created before and whose link is lost; RecordRefused(number-taken) if it is another's."""
    row = known.customer_by_number(new_number(customer))
    details = _details(customer, card)
    address = customer.address
    street = text.fitted("customers", {"addressLine1": address.address1, "postalCode": address.zip}) if address else {}
    if row and not is_customer_of(row, details | street | {"displayName": _named(customer, details)}):
        raise number_taken(sentence("Customer {number}", number=row.number), _record(customer),
                           sentence("e-mail, phone, name and address"))
    return row


def match(customer: Customer, card: ShopCard, known: KnownCustomers,
          link_of_company: LinkOfCompany) -> CustomerRow | None:
    """The customer that fits by the card's mapping type; a nameless one by e-mail and phone."""
    if card.customer_mapping_type is CustomerMapping.BY_BILL_TO:
        addresses = [customer.address, *customer.addresses_v2.nodes]
        keys = [bill_to_key(address, card, name=_name(customer, address, card)) for address in addresses if address]
        named = [key for key in keys if key]
        if named:
            return next(filter(None, map(known.customer_by_bill_to, named)), None)
    return match_contact(known, email=customer.email, phone=_phone(customer),
                         country=customer.address.country_code_v2 if customer.address else None,
                         but=partial(is_company, link_of_company=link_of_company))


def new_customer(customer: Customer, card: ShopCard, known: CustomersAndSetup) -> Body:
    """The body a customer is created with; refuses when creation is off or there is no address."""
    record = _record(customer)
    if not may_create(card):
        raise RecordRefused(
            "customer-missing",
            sentence("No Business Central customer fits {record}, and the shop card does not allow creating one.",
                     record=record),
            record=record,
        )
    address = customer.address
    if address is None:
        raise RecordRefused(
            WITHOUT_ADDRESS,
            sentence("Shopify {record} has no address; a Business Central customer needs one.", record=record),
            record=record,
        )
    wanted = _details(customer, card) | customer_address(address, card, known, record=record)
    wanted["displayName"] = _named(customer, wanted)
    body = {"number": new_number(customer)} | {name: value for name, value in wanted.items() if value}
    exempt = is_exempt(customer.tax_exempt, customer.tax_exemptions, body.get("country", ""), known)
    return body | tax_of_country(card.setup_of(address.country_code_v2, address.province_code), exempt=exempt)


def changes(customer: Customer, card: ShopCard, known: CustomersAndSetup, row: CustomerRow) -> Body:
    """The properties that differ from Business Central's row; {} when updates are not allowed.

    What Shopify leaves empty never clears Business Central's value, except inside an address, which
    counts as a whole.
    """
    if not may_change(row, card):
        return {}
    wanted = {name: value for name, value in _details(customer, card).items() if value}
    if customer.address is not None:
        wanted |= customer_address(customer.address, card, known, record=_record(customer))
    return differing(wanted, row)


def may_change(row: CustomerRow, card: ShopCard) -> bool:
    """Whether Shopify may change this customer; the default customer never."""
    return card.shopify_can_update_customers and not is_default(row, card)


def differing(wanted: Body, row: CustomerRow) -> Body:
    """The properties of `wanted` whose value is not the row's."""
    present = _present(row)
    return {name: value for name, value in wanted.items() if not _same(name, value, present[name], row.country)}


def _details(customer: Customer, card: ShopCard) -> Body:
    """Name, phone and e-mail as Business Central takes them."""
    return text.fitted("customers", {
        "displayName": _name(customer, customer.address, card),
        "phoneNumber": text.first_taken(text.phone, _phones(customer)),
        "email": text.email(customer.email),
    })


def _named(customer: Customer, details: Body) -> str:
    """The name a new customer gets: where the card's sources give none, its e-mail address or what it is."""
    return str(details["displayName"] or text.cut(customer.email or str(_record(customer)), NAME_LENGTH))


def _name(customer: Customer, address: Address | None, card: ShopCard) -> str:
    """The name by the card's sources; first and last name of the customer, else of the address."""
    first, last = customer.first_name, customer.last_name
    if not (first or last) and address:
        first, last = address.first_name, address.last_name
    return names_of(card, first=first, last=last, company=address.company if address else None).name


def _phone(customer: Customer) -> str:
    """The phone of the address, else of the customer."""
    return next(filter(None, _phones(customer)), "")


def _phones(customer: Customer) -> list[str | None]:
    return [customer.address.phone if customer.address else None, customer.phone]


def _not_taken(customer: Customer) -> Sentence | None:
    return text.not_taken(_record(customer), _phones(customer), [customer.email])


def _present(row: CustomerRow) -> Body:
    return {
        "displayName": row.display_name, "phoneNumber": row.phone_number, "email": row.email,
        "addressLine1": row.address_line1, "addressLine2": row.address_line2, "country": row.country,
        "postalCode": row.postal_code, "city": row.city, "state": row.state,
        "taxRegistrationNumber": row.tax_registration_number,
    }


def _same(name: str, wanted: str, present: str, country: str) -> bool:
    """Equal for Business Central: it stores codes in upper case, and a phone may be written otherwise."""
    if name == "email":
        return email_keys(wanted) <= email_keys(present)
    if name == "phoneNumber" and phone_key(wanted):
        return phone_key(wanted, country) == phone_key(present, country)
    if name == "taxRegistrationNumber":
        return same_tax_number(tax_number(wanted), tax_number(present))
    if name in ("country", "postalCode"):
        return text.code(wanted) == text.code(present)
    return wanted == text.tidy(present)


def _record(customer: Customer) -> Sentence:
    return sentence("customer {number}", number=id_of(customer.id))
