"""One GraphQL request from its JSON body to Shopify's answer, without HTTP.

The order is Shopify's: parse, validate, choose the operation, check variables, price, reserve points,
execute, give back what was not used. `begin` ends with the reservation, `finish` does the rest: what
lies between them is the time a query takes, during which parallel calls find fewer points.
Documents are parsed and validated once per text. Border: `server` speaks HTTP and calls these two.
"""
from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import GraphQLSyntaxError, execute_sync, parse
from graphql.language import DocumentNode, OperationDefinitionNode

from local.shopify import errors
from local.shopify.access import FEW_SCOPES, Token, all_scopes
from local.shopify.apps import App
from local.shopify.bucket import Bucket
from local.shopify.bulk import BULK_RESOLVERS
from local.shopify.cost import requested_cost
from local.shopify.execution import Execution
from local.shopify.faults import Faults
from local.shopify.grants import Grants
from local.shopify.payments import PAYMENT_RESOLVERS
from local.shopify.plan import Plan, directive_variables
from local.shopify.roots import RESOLVERS
from local.shopify.schema import AdminSchema, load_schema
from local.shopify.state import ShopifyClock, ShopState
from local.shopify.stats import Stats
from local.shopify.subscriptions import SUBSCRIPTION_RESOLVERS
from local.shopify.validation import problems_of
from local.shopify.variables import coerce_variables, oversized_list
from local.shopify.webhooks import Webhooks

KEPT_DOCUMENTS = 500
RESOLVERS_OF_ALL_ROOMS = {**RESOLVERS, **SUBSCRIPTION_RESOLVERS, **BULK_RESOLVERS, **PAYMENT_RESOLVERS}
Answer = dict[str, Any]


@dataclass
class Document:
    """A parsed document, or what is wrong with it; its plans by operation, conditions and scopes."""

    tree: DocumentNode | None
    problems: list[dict[str, Any]]
    conditions: list[str] = field(default_factory=list)
    plans: dict[Any, Plan] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        found = [d for d in self.tree.definitions if isinstance(d, OperationDefinitionNode)] if self.tree else []
        if name:
            return next((d for d in found if d.name and d.name.value == name), None)
        return found[0] if found else None


@lru_cache(KEPT_DOCUMENTS)
def document_of(text: str) -> Document:
    """The document parsed and validated, once per text for all the shops of a process."""
    try:
        tree = parse(text)
    except GraphQLSyntaxError as error:
        line, column = error.locations[0] if error.locations else (1, 1)
        message = error.message.removeprefix("Syntax Error: ")
        return Document(None, [errors.syntax_error(message, line, column)])
    return Document(tree, problems_of(load_schema().graphql, tree), directive_variables(tree))


@dataclass(frozen=True)
class Reserved:
    """A valid request whose points are reserved, about to run."""

    token: Token
    plan: Plan
    values: Answer
    cost: int
    bucket: Bucket
    call: Answer
    id: str


class Service:
    """A shop that answers GraphQL: its records, tokens, buckets, faults and figures."""

    def __init__(self, state: ShopState, clock: ShopifyClock, *, plan: str = "standard", latency: float = 0,
                 operations: Collection[str] = ()) -> None:
        self.latency = latency              # seconds every answer takes
        self.state, self.clock, self._shop_plan = state, clock, plan
        self.schema: AdminSchema = load_schema()
        self.faults, self.stats = Faults(operations), Stats()
        self.grants = Grants(clock)
        self.webhooks = Webhooks(state, self.grants, self.faults)
        self._buckets: dict[str, Bucket] = {}

    def grant(self, value: str, app: str, *, few: bool = False) -> str:
        """Make a token known: all scopes, or the few of an app that may not list installations."""
        scopes = FEW_SCOPES if few else all_scopes(self.schema)
        self.tokens[value] = Token(value, app, scopes, lists_installations=not few)
        return value

    @property
    def tokens(self) -> dict[str, Token]:
        """Every token by its value, also those that have expired."""
        return self.grants.tokens

    def uninstall(self, app: App) -> None:
        """The app is removed from the shop: its tokens die, it is told, its subscriptions go."""
        self.grants.uninstall(app)
        self.webhooks.app_removed(app)

    def merge_customers(self, kept: int, deleted: int) -> None:
        """The merchant makes two customers one; who listens to customers/merge is told (Shopify: "Webhooks", its
        payload)."""
        self.state.merge_customers(kept, deleted)
        self.webhooks.publish("customers/merge", {
            "admin_graphql_api_customer_kept_id": f"gid://shopify/Customer/{kept}",
            "admin_graphql_api_customer_deleted_id": f"gid://shopify/Customer/{deleted}",
            "admin_graphql_api_job_id": None, "status": "completed", "errors": [],
        })

    def app_of(self, client_id: str | None) -> App:
        """An app by its key, the connector's (the first one) without. KeyError for an unknown key."""
        return self.grants.apps[client_id] if client_id else next(iter(self.grants.apps.values()))

    def keep(self) -> None:
        """Hand what lives outside the records to the state, which is about to be dumped."""
        self.state.kept = {"grants": self.grants.kept()}

    def bucket(self, app: str) -> Bucket:
        if app not in self._buckets:
            self._buckets[app] = Bucket(self._shop_plan, self.clock)
        return self._buckets[app]

    def graphql(self, token: Token, body: Answer, request_id: str) -> Answer:
        """Shopify's answer to ``{query, variables, operationName}``, in no time."""
        begun = self.begin(token, body, request_id)
        return self.finish(begun) if isinstance(begun, Reserved) else begun

    def begin(self, token: Token, body: Answer, request_id: str) -> Answer | Reserved:
        """Check and price a request: its refusal, or the request with its points reserved."""
        document = document_of(body.get("query") or "")
        if document.problems:
            return {"errors": document.problems}
        operation = document.operation(body.get("operationName"))
        if operation is None:
            return {"errors": [{"message": f'No operation named "{body.get("operationName") or ""}"'}]}
        values, problems = coerce_variables(self.schema.graphql, operation, body.get("variables") or {})
        if problems:
            return {"errors": problems}
        missing = self.faults.take("missing_scope")
        token = token.without(missing["scope"]) if missing else token
        plan = self.plan(token, document, operation, values)
        return self._reserved(token, plan, values, body["query"], request_id)

    def plan(self, token: Token, document: Document, operation: OperationDefinitionNode, values: Answer) -> Plan:
        """The compiled operation; scopes are part of the key because refusals are compiled in."""
        key = (operation.name.value if operation.name else "", token.scopes, token.lists_installations,
               tuple(bool(values.get(name)) for name in document.conditions))
        if key not in document.plans:
            assert document.tree is not None
            document.plans[key] = Plan(self.schema.graphql, document.tree, operation, values)
        return document.plans[key]

    def _reserved(self, token: Token, plan: Plan, values: Answer, text: str, request_id: str) -> Answer | Reserved:
        bucket, cost = self.bucket(token.app), requested_cost(plan, values)
        call = {"operation": plan.name, "query": text, "variables": values, "requested": cost, "actual": None,
                "app": token.app}
        self.stats.count(call)
        if cost > errors.MAX_SINGLE_COST:
            return {"errors": [errors.max_cost_exceeded(cost)]}
        oversized = oversized_list(plan.operation, values)
        if oversized:
            return {"errors": [errors.too_many_entries(*oversized)], "extensions": cost_block(cost, None, bucket)}
        if self.faults.take("throttled") or not bucket.reserve(cost):
            self.stats.throttle(call)
            return {"errors": [errors.throttled()], "extensions": cost_block(cost, None, bucket)}
        self.stats.lowest(bucket.available)
        return Reserved(token, plan, values, cost, bucket, call, request_id)

    def finish(self, request: Reserved) -> Answer:
        """Run a request and give back the points it did not use."""
        if self.faults.take("internal_error"):
            return {"errors": [errors.internal_error(request.id)], "data": None}
        data, run = self.run(request.token, request.plan, request.values)
        actual = min(request.cost, math.ceil(round(run.points, 6)))
        request.bucket.give_back(request.cost - actual)
        self.stats.spend(request.call, actual)
        return answered(data, run, cost_block(request.cost, actual, request.bucket))

    def run(self, token: Token, plan: Plan, values: Answer) -> tuple[Answer | None, Execution]:
        """The data of a plan, and the run with its errors, search warnings and points."""
        lag = self.faults.take("search_lag")
        run = Execution(self.schema, self.state, token, self.clock.now(), values, RESOLVERS_OF_ALL_ROOMS,
                        search_lag=lag.get("seconds", 5) if lag else 0)
        if plan.is_introspection:               # __schema and __type are graphql-core's business
            return execute_sync(self.schema.graphql, plan.document, variable_values=values,
                                operation_name=plan.name).data, run
        return run.run(plan), run


def answered(data: Answer | None, run: Execution, extensions: Answer) -> Answer:
    """The body of an executed request; errors stand first, as Shopify writes them."""
    if run.searches:
        extensions["search"] = run.searches
    return {**({"errors": run.errors} if run.errors else {}), "data": data, "extensions": extensions}


def cost_block(requested: int, actual: int | None, bucket: Bucket) -> Answer:
    return {"cost": {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": bucket.status()}}
