"""What happens to a Shopify customer: Business Central gets it, it follows, it stays, or it is left out.

Border: decides only. Who fits whom, and what is sent, says the mapping.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable

from shared.business_central.directory import Directory
from shared.business_central.operations import of_customer
from shared.business_central.plan import CustomerPlan
from shared.errors import RecordRefused
from shared.mapping.buyers import may_create
from shared.mapping.known import LinkOfCompany
from shared.shopify.records import Address, Customer
from shared.shops.card import ShopCard
from shared.stores.links import Link, LinkState
from shared.sync.decision import Decision, What, leave, leave_out, refuse
from shared.texts import Sentence, sentence
from shared.to_business_central.customers.customers_to_import import contact_of_company, wants_customer, without_address
from shared.to_business_central.customers.plan import customer_plan, with_address

CustomerDecision = Decision[CustomerPlan]


def decide_customer(
    customer: Customer, link: Link, card: ShopCard, known: Directory, link_of_company: LinkOfCompany, *,
    asked_for: bool = False,
) -> CustomerDecision:
    """What happens to a customer that changed. `asked_for`: by an operator, who means this very one."""
    linked, restored = link.state is LinkState.APPLIED, link.state is LinkState.LOST and may_create(card)
    if not restored and not wants_customer(card, linked=linked):
        return not_by_itself(link, sentence(
            "The shop card takes in customers only when an order needs them, or not at all."))
    if not (linked or restored or asked_for) and (why := contact_of_company(customer)) is not None:
        return leave_out(link, why)
    return decide_needed_customer(customer, link, card, known, link_of_company)


def decide_needed_customer(
    customer: Customer, link: Link, card: ShopCard, known: Directory, link_of_company: LinkOfCompany,
    addresses: Iterable[Address | None] = (),
) -> CustomerDecision:
    """What happens to a customer that is taken in, whatever the card says about others.

    Who has no address gets the first of `addresses` (of its orders); without one it is left out, and `problems` say
    what an order that needs it has to go without.
    """
    def plan() -> CustomerPlan:
        linked = known.customer_by_id(link.bc_id)
        return customer_plan(with_address(customer, addresses), card, known, linked, link_of_company)

    decision = planned(plan, link)
    problem = decision.problems[0] if decision.problems else None
    if (why := without_address(customer, problem)) is not None and problem:
        left_out: CustomerDecision = leave_out(link, why)
        return Decision(left_out.what, left_out.link, problems=(problem,), not_selected=why, why=why.sentence)
    return decision


def not_by_itself(link: Link, why: Sentence) -> CustomerDecision:
    """What happens to one that the card wants only when an order needs it: it stays, or is left out."""
    return leave(link, why) if link.state is LinkState.APPLIED else leave_out(link, why)


def planned(plan: Callable[[], CustomerPlan], link: Link) -> CustomerDecision:
    """What happens to one that is taken in, by what is planned of it; refused where nothing can be planned."""
    try:
        wanted = plan()
    except RecordRefused as problem:
        return refuse(link, problem)
    operations = of_customer(wanted)
    what = (What.CHANGE if wanted.customer_id else What.CREATE) if operations else What.LEAVE
    why = sentence("{what!c} stays as it is.", what=sentence("customer {number}", number=wanted.number))
    return Decision(what, link, wanted, operations, why=why)
