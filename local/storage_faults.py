"""Faults of a storage account, for the door in storage_proxy.py: which calls they meet, how often, and what happens.

Source: Microsoft Learn, status and error codes of the storage services (503 ServerBusy; 429; a time-out leaves it
open whether the call was carried out). The chance of a fault is drawn from a seed, so that a test can repeat it.

    proxy.faults.add("503", path="^Links", share=0.1)     a tenth of the calls of table Links
    proxy.faults.add("timeout", "Blob", times=3)          the next three calls of blobs
"""
from __future__ import annotations

import random
import re
import threading
from typing import Literal, NamedTuple

Kind = Literal["400", "404", "409", "412", "413", "429", "503", "timeout", "dropped", "lost"]
"""A status: refused, with the code that belongs to it or another one; timeout: carried out, and no answer for
`seconds`; dropped: the connection closes before the call is carried out; lost: it closes after that."""

NO_END = 10**9


class StorageFault(NamedTuple):
    """What happens to a call that it meets."""

    kind: Kind
    service: str
    path: re.Pattern[str]
    share: float
    seconds: float
    code: str = ""


CODES: dict[str, str] = {
    "400": "InvalidInput", "404": "ResourceNotFound", "409": "ContainerBeingDeleted",
    "412": "UpdateConditionNotSatisfied", "413": "RequestBodyTooLarge", "429": "TooManyRequests", "503": "ServerBusy",
}
"""What storage calls a refusal with this status, unless a fault says otherwise (Microsoft Learn, "Common REST API
error codes", "Table Storage error codes" and "Blob Storage error codes")."""


class Faults:
    """The faults in force; safe for several threads. `met` counts the calls that met one, by kind."""

    def __init__(self, seed: int = 1) -> None:
        self._chance, self._lock = random.Random(seed), threading.Lock()
        self._left: dict[StorageFault, int] = {}
        self.met: dict[str, int] = {}

    def add(
        self, kind: Kind, service: str = "", path: str = "", *, share: float = 1.0, times: int = NO_END,
        seconds: float = 30, code: str = "",
    ) -> None:
        """Put one in force: for this service ("" is any) and targets in which the pattern `path` is found."""
        with self._lock:
            said = code or CODES.get(kind, "")
            self._left[StorageFault(kind, service, re.compile(path), share, seconds, said)] = times

    def clear(self) -> None:
        """Storage is well again; `met` goes on counting."""
        with self._lock:
            self._left.clear()

    def for_call(self, service: str, target: str) -> StorageFault | None:
        """The fault that this call meets, if any; it is used up by it."""
        with self._lock:
            for fault, left in self._left.items():
                concerned = left > 0 and fault.service in ("", service) and fault.path.search(target)
                if concerned and self._chance.random() < fault.share:
                    self._left[fault] -= 1
                    self.met[fault.kind] = self.met.get(fault.kind, 0) + 1
                    return fault
        return None
