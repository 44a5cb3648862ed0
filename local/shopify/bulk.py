"""Bulk operations over GraphQL: start, read, list, cancel.

An operation is a record; `bulk_runner` moves it from CREATED over RUNNING to its end. Five queries of one
app may run at once, the sixth is refused. Bulk mutations are not simulated. `ShopState.bulk_limit`
stands for quotas.
Source: Shopify Admin API: BulkOperation; BulkOperationUserErrorCode (LIMIT_REACHED and its text); Bulk operations,
Queries (2026-01: five at once); recorded refusals.
"""
from __future__ import annotations

from typing import Any

from local.shopify.bulk_rules import bulk_plan
from local.shopify.execution import Execution, Resolver
from local.shopify.listings import Row
from local.shopify.lists import searched
from local.shopify.paging import Page, check_window, page_of
from local.shopify.plan import Field
from local.shopify.records import Record, gid
from local.shopify.state import iso

AT_ONCE = 5
LIMIT_REACHED = "Bulk operations limit reached. Please try again later."
FIRST_NUMBER = 8_000_000_000_000
RUNNING = ("CREATED", "RUNNING", "CANCELING")


def run_query(run: Execution, record: Record, field: Field) -> Record:
    """bulkOperationRunQuery."""
    arguments = run.arguments(field)
    _, problems = bulk_plan(
        run.schema.graphql, arguments["query"], any_connection=run.state.any_connection_in_bulk)
    if problems:
        return _payload(field, None, [_error(["query"], message, "INVALID") for message in problems])
    if run.state.bulk_limit:
        return _payload(field, None, [_error(None, LIMIT_REACHED, "LIMIT_REACHED")])
    busy = [o["id"] for o in _own(run) if o["status"] in RUNNING]
    if len(busy) >= AT_ONCE:
        message = f"A bulk query operation for this app and shop is already in progress: {', '.join(busy)}."
        return _payload(field, None, [_error(None, message, "OPERATION_IN_PROGRESS")])
    operation = _created(run, arguments)
    run.state.bulk_operations[operation["id"]] = operation
    # The answer shows the moment of creation, whatever the operation becomes meanwhile.
    return _payload(field, dict(operation), [])


def cancel(run: Execution, record: Record, field: Field) -> Record:
    """bulkOperationCancel."""
    operation = run.state.bulk_operations.get(run.arguments(field)["id"])
    if operation is None or operation["app"] != run.token.app:
        return _payload(field, None, [_error(["id"], "Bulk operation does not exist")])
    if operation["status"] not in RUNNING:
        status = operation["status"].lower()
        return _payload(field, operation, [
            _error(["id"], f"A bulk operation cannot be canceled when it is {status}")])
    operation["status"] = "CANCELING"
    return _payload(field, dict(operation), [])


def current(run: Execution, record: Record, field: Field) -> Record | None:
    """currentBulkOperation (deprecated by Shopify): the newest of its type."""
    kind = run.arguments(field).get("type") or "QUERY"
    return next((o for o in reversed(_own(run)) if o["type"] == kind), None)


def listing(run: Execution, record: Record, field: Field) -> Page:
    """bulkOperations."""
    arguments = run.arguments(field)
    check_window(arguments.get("first"), arguments.get("last"), needed=True)
    rows = [Row(int(o["id"].rsplit("/", 1)[1]), {"created_at": o["createdAt"], "updated_at": o["createdAt"]}, o)
            for o in _own(run)]
    by = "completedAt" if arguments.get("sortKey") == "COMPLETED_AT" else "createdAt"
    keyed = sorted([((row.record[by] or "", row.number), row) for row in rows], key=lambda item: item[0],
                   reverse=bool(arguments.get("reverse")))
    found = searched(run, field, keyed)
    page = page_of([row for _, row in found], [key for key, _ in found], arguments)
    return Page([row.record for row in page.items], page.keys, page.has_next, page.has_previous)


def _own(run: Execution) -> list[Record]:
    return [o for o in list(run.state.bulk_operations.values()) if o["app"] == run.token.app]


def _created(run: Execution, arguments: Record) -> Record:
    return {
        "__typename": "BulkOperation", "id": gid("BulkOperation", FIRST_NUMBER + len(run.state.bulk_operations) + 1),
        "app": run.token.app, "token": run.token, "grouped": bool(arguments.get("groupObjects", False)),
        "operationType": "query", "type": "QUERY", "status": "CREATED", "errorCode": None,
        "createdAt": iso(run.now), "completedAt": None, "objectCount": "0", "rootObjectCount": "0", "fileSize": None,
        "url": None, "partialDataUrl": None, "query": arguments["query"]}


def _error(field: list[str] | None, message: str, code: str | None = None) -> dict[str, Any]:
    return {"field": field, "message": message, "code": code}


def _payload(field: Field, operation: Record | None, problems: list[dict[str, Any]]) -> Record:
    return {"__typename": field.named.name, "bulkOperation": operation, "userErrors": problems}


BULK_RESOLVERS: dict[tuple[str, str], Resolver] = {
    ("QueryRoot", "bulkOperations"): listing,
    ("QueryRoot", "currentBulkOperation"): current,
    ("Mutation", "bulkOperationRunQuery"): run_query,
    ("Mutation", "bulkOperationCancel"): cancel,
}
