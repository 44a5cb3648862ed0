"""`POST $batch` with a JSON body.

Rules: Microsoft Learn, "Using OData batch requests": at most 100 operations, run one after another; the first
failure stops the rest unless `Prefer: odata.continue-on-error`; `Isolation: snapshot` takes everything back, while
the operations that had run still show their 201.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import errors
from .contract import Row
from .operations import Answer, Operation
from .state import State

MAXIMUM = 100


class _TakenBack(Exception):
    """Leaves the snapshot transaction so that it rolls back."""


def operations_of(body: Any, root: str) -> list[tuple[Any, Operation]]:
    """(id, operation) of each part. Raises BcError for a malformed envelope or too many parts."""
    requests = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(requests, list):
        raise errors.bad_request("The batch body must hold a list 'requests'.")
    if len(requests) > MAXIMUM:
        raise errors.batch_too_large(MAXIMUM)
    return [(part.get("id"), _operation(part, root)) for part in requests]


def _operation(part: Row, root: str) -> Operation:
    url = str(part.get("url", "")).removeprefix(root).lstrip("/")
    headers = {name.lower(): str(value) for name, value in (part.get("headers") or {}).items()}
    return Operation.of(str(part.get("method", "GET")), url, headers, part.get("body"))


def run_batch(
    state: State, parts: list[tuple[Any, Operation]], headers: dict[str, str], run: Callable[[Operation], Answer]
) -> Answer:
    """Run the parts. `run` never raises: a refusal is an Answer with its status."""
    keep_going = "odata.continue-on-error" in headers.get("prefer", "")
    snapshot = headers.get("isolation", "").lower() == "snapshot"
    responses: list[Row] = []
    if not snapshot:
        _run_all(parts, run, responses, keep_going)
    else:
        try:
            with state.transaction():
                if not _run_all(parts, run, responses, False):
                    raise _TakenBack
        except _TakenBack:
            pass
    return Answer(200, {"responses": responses})


def _run_all(
    parts: list[tuple[Any, Operation]], run: Callable[[Operation], Answer], responses: list[Row], keep_going: bool
) -> bool:
    """True when every part succeeded; stops at the first failure unless told to keep going."""
    fine = True
    for part_id, operation in parts:
        answer = run(operation)
        response: Row = {"id": part_id, "status": answer.status, "headers": dict(answer.headers)}
        if answer.body is not None:
            response["headers"]["Content-Type"] = "application/json; odata.metadata=minimal"
            response["body"] = answer.body
        responses.append(response)
        fine = fine and answer.status < 400
        if not fine and not keep_going:
            break
    return fine
