"""What happens to a Shopify company: it becomes a Business Central customer, it follows, it stays, or it is left out.

Border: decides only. Who fits whom, and what is sent, says the mapping.
"""
from __future__ import annotations

from shared.business_central.directory import Directory
from shared.mapping.known import LinkOfCustomer
from shared.shopify.records import Company
from shared.shops.card import ShopCard
from shared.stores.links import Link, LinkState
from shared.texts import sentence
from shared.to_business_central.companies.plan import company_plan, may_create_company, wants_company
from shared.to_business_central.customers.decision import CustomerDecision, not_by_itself, planned


def decide_company(
    company: Company, link: Link, card: ShopCard, known: Directory, link_of_customer: LinkOfCustomer,
) -> CustomerDecision:
    """What happens to a company that changed."""
    restored = link.state is LinkState.LOST and may_create_company(card)
    if not restored and not wants_company(card, linked=link.state is LinkState.APPLIED):
        return not_by_itself(link, sentence(
            "The shop card takes in companies only when an order needs them, or not at all."))
    return decide_needed_company(company, link, card, known, link_of_customer)


def decide_needed_company(
    company: Company, link: Link, card: ShopCard, known: Directory, link_of_customer: LinkOfCustomer,
) -> CustomerDecision:
    """What happens to a company that is taken in, whatever the card says about others."""
    linked = known.customer_by_id(link.bc_id)
    return planned(lambda: company_plan(company, card, known, linked, link_of_customer), link)
