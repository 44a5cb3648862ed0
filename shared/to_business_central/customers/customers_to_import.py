"""Which customers come in by themselves, without an order that needs them, and why others are left out.

Rules: Microsoft's Shopify Connector, Customer Import from Shopify. All Customers means those that can be one: who left
nothing but an e-mail address is no customer yet, and a contact of a company buys for the company, which is the
customer. Neither is an error. An order takes them in all the same, with its own address. Border: pure.
"""
from __future__ import annotations

from shared.errors import ConnectorError
from shared.mapping.buyers import WITHOUT_ADDRESS
from shared.mapping.orders_to_import import NotSelected
from shared.shopify.records import Customer, id_of
from shared.shops.card import CustomerImport, ShopCard
from shared.texts import sentence

LEFT_OUT = "customer-left-out"


def wants_customer(card: ShopCard, *, linked: bool) -> bool:
    """Whether a changed Shopify customer is taken in by itself, without an order that needs it.

    All Customers: always. With Order Import: only customers already linked, to refresh them.
    """
    if card.customer_import_from_shopify is CustomerImport.ALL_CUSTOMERS:
        return True
    refreshed = linked and card.shopify_can_update_customers
    return refreshed and card.customer_import_from_shopify is CustomerImport.WITH_ORDER_IMPORT


def contact_of_company(customer: Customer) -> NotSelected | None:
    """Why somebody who buys for a company is not imported; None for a private person."""
    if not customer.company_contact_profiles:
        return None
    company = customer.company_contact_profiles[0].company
    return NotSelected(LEFT_OUT, sentence(
        "Customer {customer} is left out: a contact of company {company} ({name}), which is the customer.",
        customer=id_of(customer.id), company=id_of(company.id), name=company.name))


def without_address(customer: Customer, problem: ConnectorError | None) -> NotSelected | None:
    """Why somebody who could not be created for want of an address is not imported; None for any other problem."""
    if problem is None or problem.code != WITHOUT_ADDRESS:
        return None
    return NotSelected(LEFT_OUT, sentence(
        "Customer {customer} is left out: Shopify has no address, and no order brings one.",
        customer=id_of(customer.id)))
