"""`POST $batch` with a JSON body.

Rules: Microsoft Learn, "Using OData batch requests" (dev-itpro/webservices/use-odata-batch.md): `Isolation: snapshot`
runs all parts in one session and one transaction and takes everything back, while the parts that had run still show
their 201; "Work with API limits": at most 100 operations. A.J. Kauffmann, "Batch calls with Business Central APIs" (2):
without it each part is a transaction of its own, they run one after another, the first failure stops the rest unless
`Prefer: odata.continue-on-error`, and the envelope answers 200 whatever became of its parts. Several parts in one
change set are refused (github.com/microsoft/AL/issues/5553). `dependsOn` is documented nowhere for Business Central:
refused here, loudly. Border: what runs in which order; slots, times and faults are in service.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from . import errors
from .contract import Row
from .operations import Answer, Operation
from .state import State

MAXIMUM = 100

Part = tuple[Any, Operation]


class _TakenBack(Exception):
    """Leaves the snapshot transaction so that it rolls back."""


def operations_of(body: Any, root: str) -> list[Part]:
    """(id, operation) of each part. Raises BcError for a malformed envelope or too many parts."""
    requests = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(requests, list):
        raise errors.bad_request("The batch body must hold a list 'requests'.")
    if len(requests) > MAXIMUM:
        raise errors.batch_too_large(MAXIMUM)
    if any(part.get("dependsOn") for part in requests):
        raise errors.bad_request("What Business Central makes of 'dependsOn' is not documented.")
    groups = Counter(part["atomicityGroup"] for part in requests if part.get("atomicityGroup"))
    if any(parts > 1 for parts in groups.values()):
        raise errors.change_set_too_large()
    return [(part.get("id"), _operation(part, root)) for part in requests]


def _operation(part: Row, root: str) -> Operation:
    url = str(part.get("url", "")).removeprefix(root).lstrip("/")
    headers = {name.lower(): str(value) for name, value in (part.get("headers") or {}).items()}
    return Operation.of(str(part.get("method", "GET")), url, headers, part.get("body"))


def is_snapshot(headers: dict[str, str]) -> bool:
    """Whether all parts are one transaction."""
    return headers.get("isolation", "").lower() == "snapshot"


def keeps_going(headers: dict[str, str]) -> bool:
    """Whether a part that fails leaves those after it; a snapshot always ends at the first."""
    return "odata.continue-on-error" in headers.get("prefer", "") and not is_snapshot(headers)


def run_snapshot(state: State, parts: Iterable[Part], run: Callable[[Operation], Answer]) -> Answer:
    """Run the parts in one transaction. `run` never raises: a refusal is an Answer with its status."""
    responses: list[Row] = []
    try:
        with state.transaction():
            for part_id, operation in parts:
                responses.append(response(part_id, answer := run(operation)))
                if answer.status >= 400:
                    raise _TakenBack
    except _TakenBack:
        pass
    return answer_of(responses)


def response(part_id: Any, answer: Answer) -> Row:
    """What the envelope says of one part."""
    said: Row = {"id": part_id, "status": answer.status, "headers": dict(answer.headers)}
    if answer.body is not None:
        said["headers"]["Content-Type"] = "application/json; odata.metadata=minimal"
        said["body"] = answer.body
    return said


def answer_of(responses: list[Row]) -> Answer:
    """The envelope's own answer."""
    return Answer(200, {"responses": responses})
