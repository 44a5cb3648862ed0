"""What a query costs before it runs (actual costs are counted in `execution` with the same prices).

Shopify documents: scalar 0, object 1, connection sized by first/last, mutation 10 (Shopify: API rate
limits). The exact formula is not published; this one reproduces 98.8 % of the recorded costs:

    m(n)       = floor(2 ln max(2, n)), m(0) = 0       connection = 2 + m(n) x (1 + one node)
    object     = 1 + children                          list       = the same, not multiplied
    union      = the dearest of its types              mutation   = 10 + what hangs on the payload's objects
    root Count = 10                                    edges, cursor, pageInfo, money = 0
"""
from __future__ import annotations

import math
from typing import Any

from graphql import GraphQLObjectType, is_leaf_type

from local.shopify.plan import Field, Plan, Selection, Variables

MUTATION_COST = 10
CONNECTION_COST = 2
ROOT_COUNT_COST = 10
# Value objects that add nothing for themselves; their children still count.
FREE_TYPES = {"MoneyBag", "MoneyV2", "PageInfo", "Weight", "InventoryItemMeasurement", "LocationAddress",
              "CurrencyFormats", "ShopAddress"}
FIELD_COST = {"Customer.defaultAddress": 0, "StoreCreditAccount.balance": 5, "WebhookSubscription.apiVersion": 0,
              "WebhookSubscription.endpoint": 0, "Customer.emailMarketingConsent": 0,
              "Customer.smsMarketingConsent": 0, "Location.hasUnfulfilledOrders": 1}


def page_multiplier(size: int) -> int:
    """How many times the items of a page of `size` are counted."""
    return 0 if size <= 0 else math.floor(2 * math.log(max(2, min(size, 250))))


def own_cost(field: Field, *, root: bool = False) -> int:
    """The price of a field without what is below it."""
    if field.named is None or is_user_error(field.named):
        return 0
    if field.is_leaf:
        return FIELD_COST.get(f"{field.parent.name}.{field.name}", 0)
    if field.is_connection:
        return CONNECTION_COST
    if root and field.plan.is_mutation:
        return MUTATION_COST
    if root and field.named.name == "Count":
        return ROOT_COUNT_COST
    return FIELD_COST.get(f"{field.parent.name}.{field.name}", 0 if field.named.name in FREE_TYPES else 1)


def requested_cost(plan: Plan, variables: Variables) -> int:
    """The estimate Shopify reserves; remembered per set of whole-number variables."""
    sizes = tuple(sorted((k, v) for k, v in variables.items() if isinstance(v, int)))
    if sizes not in plan.costs:
        plan.costs[sizes] = sum(_field(f, variables, root=True) for f in plan.fields)
    return plan.costs[sizes]


def _field(field: Field, variables: Variables, *, root: bool = False) -> int:
    own = own_cost(field, root=root)
    if field.is_leaf or field.named is None or is_user_error(field.named):
        return own
    if field.is_connection:
        return _connection(field, variables)
    if root and field.plan.is_mutation:
        return own + _payload(field.selection, variables)
    return own + _children(field.selection, variables)


def _children(selection: Selection, variables: Variables) -> int:
    return max((sum(_field(f, variables) for f in selection.fields(t)) for t in selection.candidates()), default=0)


def _connection(field: Field, variables: Variables) -> int:
    arguments = field.arguments(variables)
    size = next((arguments[n] for n in ("first", "last") if isinstance(arguments.get(n), int)), 0)
    times, cost = page_multiplier(size), CONNECTION_COST
    for part in field.selection.fields(field.named):
        if part.name == "nodes":
            cost += times * (1 + (0 if part.is_leaf else _children(part.selection, variables)))
        elif part.name == "edges":
            cost += times * sum(1 + (0 if n.is_leaf else _children(n.selection, variables))
                                for n in part.selection.fields(part.named) if n.name == "node")
        elif not part.is_leaf and part.named.name != "PageInfo":
            cost += 1 + _children(part.selection, variables)
    return cost


def _payload(selection: Selection, variables: Variables) -> int:
    """Objects directly under a mutation payload are free; what hangs on them counts."""
    cost = 0
    for field in selection.fields(selection.declared):
        if field.is_leaf or is_user_error(field.named):
            continue
        cost += _connection(field, variables) if field.is_connection else _children(field.selection, variables)
    return cost


def is_user_error(named: Any) -> bool:
    return (isinstance(named, GraphQLObjectType) and not is_leaf_type(named)
            and any(i.name == "DisplayableError" for i in named.interfaces))
