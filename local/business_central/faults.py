"""Faults and switches tests turn on: what goes wrong, for which requests, how often.

The kinds and their causes are those of Microsoft Learn, "Operational limits" and "Error codes" (429, 502, 503, 504,
lock time-outs, stale reads). Probabilities use one seeded generator, so a run can be repeated.
A fault may be tied to one document by its external number: then it strikes what is about that document only.
Border: decides only; server.py and operations.py do what it says.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from .contract import CONTRACT

GATEWAY = ("delay", "status", "html", "drop_request", "late_commit")
AFTER = ("drop_response_after_commit", "html_after_commit")
INSIDE = ("lock", "forbidden", "refuse")
PAGED = ("next_link_to_itself",)
CUT = ("cut_batch", "late_rest")
PART = ("part_status",)
BAD_GATEWAY = (
    "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>")
METHODS = ("", "GET", "POST", "PATCH", "DELETE")
KINDS = (*GATEWAY, *AFTER, *INSIDE, *PAGED, *CUT, *PART)


class Aim(NamedTuple):
    """What a fault may be aimed at: the method, the entity set or action, and the documents it is about.

    Documents are named by their external numbers: of the body, of the row the path leads to, or in the filter.
    """

    method: str
    entity: str
    documents: frozenset[str] = frozenset()


@dataclass
class Fault:
    """One fault. `spare` requests that fit pass first, then it strikes `times` (None: until removed).

    Blank `method` or `entity` match any.

    `entity` is an entity set, an action such as `shipAndInvoice`, or `$batch`; a batch matches by its parts too.
    `document` is an external document number, blank for any.

    late_commit  no answer comes, and the request is carried out `seconds` later (with the first request after that):
                 a gateway gives up after ten minutes, the session behind it goes on
    cut_batch    a batch ends without an answer once `parts` of it were carried out; a snapshot, with nothing of it
    late_rest    the same, and the others are carried out `seconds` later: the session behind the gateway goes on
    part_status  one part of a batch is answered with `status` and not carried out
    refuse       400 with `code` and `message`, as an extension of the tenant or a rule of the base app refuses
    html         somebody in front of Business Central answers in its place: `status`, `page`, and where it leads to
                 (`location`) if it redirects; html_after_commit: it was carried out for all that
    """

    kind: str
    method: str = ""
    entity: str = ""
    times: int | None = 1
    spare: int = 0
    probability: float = 1.0
    status: int = 503
    retry_after: int | None = None
    seconds: float = 0.0
    parts: int = 0
    table: str = "No. Series Line"
    document: str = ""
    code: str = "Application_DialogException"
    message: str = "This is refused here."
    page: str = BAD_GATEWAY
    location: str = ""
    id: int = 0

    def fits(self, aims: Iterable[Aim]) -> bool:
        return any(
            self.method in ("", aim.method) and self.entity in ("", aim.entity)
            and (not self.document or self.document in aim.documents)
            for aim in aims
        )


@dataclass
class Faults:
    """The faults that are on, and the lasting switches."""

    replica_lag: float = 0.0
    french: bool = False
    ignore_posting: bool = False
    rules: list[Fault] = field(default_factory=list)
    random: random.Random = field(default_factory=lambda: random.Random(7))
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, fault: Fault) -> Fault:
        """Turn a fault on. Raises ValueError for an unknown kind, and for an aim that no request has."""
        if fault.kind not in KINDS:
            raise ValueError(f"unknown kind of fault {fault.kind!r}; one of {', '.join(KINDS)}")
        if fault.method not in METHODS:
            raise ValueError(f"no request has the method {fault.method!r}; one of {', '.join(METHODS[1:])}")
        if not _is_known(fault.entity):
            raise ValueError(f"no entity set, action or web service is called {fault.entity!r}")
        fault.id = next(self._numbers)
        self.rules.append(fault)
        return fault

    def clear(self, fault_id: int | None = None) -> None:
        """Turn one fault off, or everything, switches included."""
        self.rules = [fault for fault in self.rules if fault_id is not None and fault.id != fault_id]
        if fault_id is None:
            self.replica_lag, self.french, self.ignore_posting = 0.0, False, False

    def take(self, kinds: tuple[str, ...], aims: Iterable[Aim]) -> Fault | None:
        """The fault of these kinds that strikes this request, counted down; usually None."""
        if not self.rules:
            return None
        aims = list(aims)
        for fault in self.rules:
            if fault.kind in kinds and fault.fits(aims) and self._strikes(fault):
                return fault
        return None

    def _strikes(self, fault: Fault) -> bool:
        if fault.times == 0 or (fault.probability < 1 and self.random.random() >= fault.probability):
            return False
        if fault.spare:
            fault.spare -= 1
            return False
        if fault.times is not None:
            fault.times -= 1
        return True


def _is_known(entity: str) -> bool:
    """Web services have whatever names somebody gave them when they were published: those of pages, in capitals."""
    actions = {action for one in CONTRACT.values() for action in one.actions.values()}
    return entity in ("", "$batch", *CONTRACT, *actions) or entity[:1].isupper()
