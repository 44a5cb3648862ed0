"""The claim on one order: a link row in state `sending`, stamped when its request goes out.

Whoever finds the row waits from its stamp on until the request can no longer be under way
(order_decision.is_settled). That holds only if the request goes out when the stamp says: so it is checked, and if
need be written anew, right before each request, after every wait for a turn, a token or a busy service. The row's etag
is the fence: a worker that stood still while another took over cannot write it any more, and its request is not sent.
"""
from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.business_central.order_execution import Sending
from shared.clock import from_iso, iso_exact
from shared.stores.links import Link, LinkState
from shared.sync.context import JobContext

NAME = "orders"
STAMP_HOLDS = timedelta(seconds=15)
"""So long after the stamp a request may go out; later the row is stamped anew first."""


class Claim:
    """One order's link row while something may be sent for it; `link` is the row as last written."""

    def __init__(self, link: Link, context: JobContext) -> None:
        self.link = link
        self._context = context
        self.sending = Sending(lambda: before_orders([self], context), self._before_lines, self._lines_answered)

    @property
    def is_fresh(self) -> bool:
        """Whether a request may go out under its stamp."""
        age = self._context.clock.now() - from_iso(self.link.claimed_at)
        return timedelta(0) <= age <= min(STAMP_HOLDS, timedelta(seconds=self._context.settle_seconds / 2))

    def _before_lines(self) -> None:
        _stamp([self], self._context, lines_at=iso_exact(self._context.clock.now()))

    def _lines_answered(self) -> None:
        self.link = self.link.with_(lines_at="")


def before_orders(claims: Sequence[Claim], context: JobContext) -> None:
    """Called right before the request that makes these orders; LeaseLost: it must not go out."""
    context.lease.check()
    if old := [one for one in claims if not one.is_fresh]:
        _stamp(old, context)


def _stamp(claims: Sequence[Claim], context: JobContext, **changes: str) -> None:
    """Write the rows now, all or none; LeaseLost when somebody else did, or holds the shop."""
    context.lease.renew()
    context.lease.check()
    now = iso_exact(context.clock.now())
    stamped = [one.link.with_(state=LinkState.SENDING, claimed_at=now, **changes) for one in claims]
    for one, link in zip(claims, context.links(NAME).save(stamped), strict=True):
        one.link = link
