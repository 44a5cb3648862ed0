"""Drains the event queue: hands in each delivery as if it had come over HTTPS, then deletes its message.

Amazon delivers at least once, and so do we: a message goes when storage holds what it said, never before. What
cannot be taken in stays; Amazon brings it again and moves it to the dead-letter queue after `maxReceiveCount` times.
Border: taking in is intake.py's; of a message that stays, nothing but its id and our own sentence is logged.
"""
from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from shared.connector import Connector
from shared.errors import ConnectorError
from shared.shopify.event_bridge import delivery_of_event, source_of
from shared.telemetry import side_by_side
from shared.webhooks.intake import accept

if TYPE_CHECKING:
    from shared.storage.event_queue import EventQueue, Message

_log = logging.getLogger(__name__)
_LANES = 10
"""As many messages as come in one call: their notes are then written to storage together."""


class Drained(NamedTuple):
    """How many messages were taken in, and how often one was received that stays in the queue."""

    taken: int = 0
    left: int = 0


def drain(connector: Connector) -> Drained:
    """Empty the queue, or as much of it as the time budget allows; nothing where there is none.

    ConnectorError event-queue-unavailable; whatever storage raises, if nothing can be kept.
    """
    # A copied environment that may not call out must not take away the messages of the one it was copied from.
    if not connector.settings.event_queue_url or not connector.permission.allowed():
        return Drained()
    return _emptied(connector, connector.event_queue())


def _emptied(connector: Connector, queue: EventQueue) -> Drained:
    end = connector.clock.now() + timedelta(seconds=connector.settings.time_budget_seconds)
    total = Drained()
    with ThreadPoolExecutor(_LANES, thread_name_prefix="event") as lanes:
        while connector.clock.now() < end and (messages := queue.receive()):
            problems = side_by_side(partial(_take_in, connector), messages, lanes)
            taken = [one for one, problem in zip(messages, problems, strict=True) if problem is None]
            for kept in queue.delete(taken):
                _log.warning("event %s was taken in but not deleted; it will come again", kept.id)
            total = Drained(total.taken + len(taken), total.left + len(messages) - len(taken))
            if not taken:
                _stop_unless_refused(problems)
    return total


def _take_in(connector: Connector, message: Message) -> Exception | None:
    """None if it was taken in, or why it stays."""
    try:
        source = source_of(connector.settings.shopify_event_bridge_arn)
        accept(connector, delivery_of_event(message.body, source))
    except ConnectorError as problem:
        _log.warning("event %s stays in the queue: %s", message.id, problem)
        return problem
    except Exception as error:  # one message must not block the others; its text may be anybody's
        _log.error("event %s stays in the queue: %s", message.id, type(error).__name__)
        return error
    return None


def _stop_unless_refused(problems: list[Exception | None]) -> None:
    """Nothing of a whole call got through: unless each was refused, storage is down, and all would lose a try."""
    for problem in problems:
        refused = isinstance(problem, ConnectorError) and problem.code == "input-invalid"
        if problem is not None and not refused:
            raise problem
