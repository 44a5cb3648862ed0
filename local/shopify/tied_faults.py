"""Faults that are tied to a record or to a list: they strike whenever it is in an answer, until they are cleared.

Source: what is known of GraphQL errors (specification, section 7: a failed field is null and its error names the path)
and of Shopify's (`errors`); that one record can spoil every page it is on is seen in Shopify's developer forums.
A record counts as being in an answer with more than its id and its time, unless the fault says `bare`; a field of it
only if it was asked for.
Border: changes answers that are ready; `service` made them, `server` sends what comes out.
"""
from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.shopify import errors

BARE = {"id", "updatedAt"}
SPOILT = {"surrogate": b"\\ud83d", "control": b"\x01", "not utf-8": b"\xff"}
PLACEHOLDER = "put the spoilt bytes here"
Answer = dict[str, Any]
Place = tuple[Any, Any, list[Any]]      # (container, key, path)


@dataclass
class Outcome:
    """An answer as it is sent. status 0: the connection is closed without one."""

    answer: Answer
    status: int = 200
    spoilt: bytes = b""

    def content(self, encoded: bytes) -> bytes:
        """The encoded answer with its spoilt bytes."""
        return encoded.replace(PLACEHOLDER.encode(), self.spoilt)


def struck(faults: list[dict[str, Any]], answer: Answer, request_id: str, operation: str,
           after: str | None) -> Outcome:
    """The answer after every fault that is tied to something in it."""
    outcome = Outcome(answer)
    for fault in faults:
        if not operation.startswith(fault.get("operation", "")):
            continue
        if outcome.answer is answer:
            outcome.answer = copy.deepcopy(answer)      # parts of it are the records themselves
        if fault["kind"] == "same_cursor":
            _stand_still(outcome.answer.get("data"), after)
            continue
        places = list(_places(outcome.answer.get("data"), f"gid://shopify/{fault['record']}", fault.get("bare", False)))
        if places:
            _strike(outcome, fault, places, request_id)
    return outcome


def _strike(outcome: Outcome, fault: dict[str, Any], places: list[Place], request_id: str) -> None:
    kind, answer = fault["kind"], outcome.answer
    if kind == "http_5xx":
        outcome.status = fault.get("status", 502)
    elif kind == "drop_connection":
        outcome.status = 0
    elif kind == "internal_error":
        answer.update(errors=[errors.internal_error(request_id)], data=None)
    elif kind == "nameless_error":
        answer.update(errors=[{"message": "Something went wrong"}], data=None)
    elif kind == "max_cost":
        answer.update(errors=[errors.max_cost_exceeded(1200)])
        answer.pop("data", None)
    elif kind == "no_data":
        answer["data"] = None
    for container, key, path in places:
        if kind == "spoilt_note" and "note" in container[key]:
            outcome.spoilt = SPOILT[fault["bytes"]]
            container[key]["note"] = PLACEHOLDER
        elif kind == "odd_field" and fault["field"] in container[key]:
            container[key][fault["field"]] = fault.get("value")
        elif kind == "null_node":
            container[key] = None
        elif kind == "denied_node":
            _deny(answer, container, key, path, fault.get("field"))


def _deny(answer: Answer, container: Any, key: Any, path: list[Any], field: str | None) -> None:
    if field and field not in container[key]:
        return  # it was not asked for
    if field:
        container, key, path = container[key], field, [*path, field]
    container[key] = None
    error = errors.access_denied(str(path[-1]), "")
    answer.setdefault("errors", []).append({"message": error.message, "extensions": error.extensions, "path": path})


def _places(value: Any, gid: str, bare: bool, container: Any = None, key: Any = None,
            path: tuple[Any, ...] = ()) -> Iterator[Place]:
    if isinstance(value, dict):
        if value.get("id") == gid and container is not None and (bare or value.keys() - BARE):
            yield container, key, list(path)
        for name, inner in value.items():
            yield from _places(inner, gid, bare, value, name, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _places(inner, gid, bare, value, place, (*path, place))


def _stand_still(value: Any, after: str | None) -> None:
    """Every list in the answer says that it goes on where it was begun."""
    if isinstance(value, dict):
        info = value.get("pageInfo")
        if isinstance(info, dict) and "endCursor" in info:
            info.update(hasNextPage=True, endCursor=after or info["endCursor"])
        for inner in value.values():
            _stand_still(inner, after)
