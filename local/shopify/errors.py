"""The shapes in which Shopify's GraphQL endpoint reports errors.

Source: recorded answers of a live store and Shopify: API response codes, GraphQL rate limits. Every
function returns plain JSON-ready dicts. Border: shapes only; who decides that something is wrong is
`validation`, `variables`, `access`, `roots` and `server`.
"""
from __future__ import annotations

from typing import Any

from graphql import Node
from graphql.language import get_location

Entry = dict[str, Any]
SCOPES_PAGE = "https://shopify.dev/api/usage/access-scopes"
MAX_SINGLE_COST = 1000


class FieldError(Exception):
    """One field cannot be answered; the rest of the query can."""

    def __init__(self, message: str, code: str, **extensions: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extensions = {"code": code, **extensions}


def place(node: Node | None) -> list[dict[str, int]]:
    """The `locations` list of a syntax node."""
    if node is None or node.loc is None:
        return []
    found = get_location(node.loc.source, node.loc.start)
    return [{"line": found.line, "column": found.column}]


def invalid(message: str, node: Node | None, path: list[str], code: str, **extensions: Any) -> Entry:
    """A document refused before execution."""
    return {"message": message, "locations": place(node), "path": path,
            "extensions": {"code": code, **extensions}}


def failed_field(error: FieldError, node: Node, path: list[Any]) -> Entry:
    """A field that failed during execution."""
    return {"message": error.message, "locations": place(node), "extensions": error.extensions, "path": path}


def access_denied(field_name: str, required: str) -> FieldError:
    if not required:
        return FieldError("access denied", "ACCESS_DENIED", documentation=SCOPES_PAGE)
    return FieldError(f"Access denied for {field_name} field. Required access: {required}", "ACCESS_DENIED",
                      documentation=SCOPES_PAGE, requiredAccess=required)


def syntax_error(message: str, line: int, column: int) -> Entry:
    return {"message": f"syntax error, {message} ({line}, {column})",
            "locations": [{"line": line, "column": column}], "extensions": {"code": "PARSE_ERROR"}}


def throttled() -> Entry:
    return {"message": "Throttled", "extensions": {
        "code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"}}


def max_cost_exceeded(cost: int) -> Entry:
    return {"message": f"Query cost is {cost}, which exceeds the single query max cost limit ({MAX_SINGLE_COST})."
                       "\n\nSee https://shopify.dev/api/usage/rate-limits for more information on how the cost"
                       " of a query is calculated.",
            "extensions": {"code": "MAX_COST_EXCEEDED", "cost": cost, "maxCost": MAX_SINGLE_COST,
                           "documentation": "https://shopify.dev/api/usage/rate-limits"}}


def too_many_entries(size: int, node: Node, path: list[str]) -> Entry:
    return {"message": f"The input array size of {size} is greater than the maximum allowed of 250.",
            "locations": place(node), "path": path, "extensions": {"code": "MAX_INPUT_SIZE_EXCEEDED"}}


def internal_error(request_id: str) -> Entry:
    return {"message": "Internal error. Looks like something went wrong on our end.\n"
                       f"Request ID: {request_id} (include this in support requests).",
            "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}}
