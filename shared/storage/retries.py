"""Asking storage until it answers: what is tried again, how long, and what a caller hears in the end.

Sources: Microsoft Learn, status and error codes of the Table, Blob and Queue services (408, 429, 500 and 503 may be
tried again) and "Implement a retry policy". The SDK's own retries are off: they wait a quarter of a minute for a
blob, never repeat a batch of rows, and do not tell whether an earlier try may have got through, which a guarded
write has to know. Border: knows the SDK's errors, so that nobody else has to: what leaves this module is ours.
"""
from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
    ServiceRequestError,
)

from shared.errors import ServiceUnavailable
from shared.storage.connections import transport
from shared.texts import Sentence, sentence

T = TypeVar("T")

_log = logging.getLogger(__name__)
_SURELY_NOT_DONE = 429


class Refused(ServiceUnavailable):
    """Storage said no, and would say it again. Whoever does not expect it ends as if there were no storage.

    word  storage's own for why, of a batch's row; text  all it said
    """

    def __init__(self, error: AzureError) -> None:
        super().__init__("storage-unavailable", _said(error))
        self.word, self.text = str(getattr(error, "code", "")), str(error)


class NotThere(Refused):
    """The row, blob, table, container or queue does not exist."""


class IsThere(Refused):
    """It exists already."""


class IsChanged(Refused):
    """It is not what the condition of the write names."""


class Retries(NamedTuple):
    """tries: at most so many; waits double from the first; timeout: how long one try may take. In seconds."""

    tries: int = 4
    first_wait_seconds: float = 0.5
    timeout_seconds: float = 30

    def of_the_sdk(self) -> dict[str, Any]:
        """What clients of the SDK are made with; those that are made with the same one share its connections."""
        seconds = self.timeout_seconds
        return {
            "retry_total": 0, "transport": transport(read_timeout=seconds, connection_timeout=min(seconds, 5)),
        }

    def ask(self, question: Callable[[], T], already: Callable[[], T | None] = lambda: None) -> T:
        """The answer to `question`; ServiceUnavailable storage-unavailable when there is none to be had, as Refused if
        storage said no.

        A guarded write can fail because an earlier try got through and only its answer was lost: then `already`
        is asked for that answer, and gives None if somebody else was here.
        """
        in_doubt = False
        for tries in range(1, self.tries + 1):
            try:
                return question()
            except AzureError as error:
                if not _is_passing(error):
                    answer = already() if in_doubt else None
                    if answer is not None:
                        return answer
                    raise _refused(error) from error
                if tries == self.tries:
                    raise _unavailable(error) from error
                in_doubt = in_doubt or _may_be_done(error)
                _log.info("storage is asked again: %s", _said(error))
            time.sleep(self.first_wait_seconds * 2 ** (tries - 1) * random.uniform(0.5, 1))
        raise AssertionError("not reached")


RETRIES = Retries()
"""What the connector has in Azure: some seconds of failures cost nothing but these seconds."""


def _is_passing(error: AzureError) -> bool:
    """No answer at all, an answer that broke off, or one that says: later.

    A queue that somebody else has just made is there, though the answer is 204 (Microsoft Learn, "Create Queue"), which
    the SDK raises.
    """
    if isinstance(error, ResourceExistsError):
        return False
    status = _status(error)
    return status < 400 or status in (408, 429) or status >= 500


def _may_be_done(error: AzureError) -> bool:
    return not isinstance(error, ServiceRequestError) and _status(error) != _SURELY_NOT_DONE


def _refused(error: AzureError) -> Refused:
    errors = {ResourceNotFoundError: NotThere, ResourceExistsError: IsThere, ResourceModifiedError: IsChanged}
    ours = next((ours for theirs, ours in errors.items() if isinstance(error, theirs)), Refused)
    return ours(error)


def _unavailable(error: AzureError) -> ServiceUnavailable:
    return ServiceUnavailable("storage-unavailable", _said(error))


def _status(error: AzureError) -> int:
    """The HTTP status, 0 when no answer came."""
    return int(getattr(error, "status_code", None) or 0) if isinstance(error, HttpResponseError) else 0


def _said(error: AzureError) -> Sentence:
    """One sentence; the first line only, for the others may repeat what was asked."""
    first = (str(error).splitlines() or [""])[0]
    status = _status(error)
    if status:
        return sentence("the storage account answered {status}: {words}", status=status, words=first[:200])
    if isinstance(error, ClientAuthenticationError):
        return sentence("the identity got no token for the storage account: {words}", words=first[:300])
    return sentence("the storage account did not answer ({error})", error=type(error).__name__)
