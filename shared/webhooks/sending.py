"""Puts a command on the queue webhook-commands."""
from __future__ import annotations

from math import ceil

import msgspec

from shared.connector import Connector
from shared.webhooks.commands import QUEUE, Command


def send(connector: Connector, command: Command, *, delay_seconds: float = 0) -> None:
    """Have the command carried out, after this delay at the earliest."""
    connector.storage.queues.send(QUEUE, msgspec.json.encode(command).decode(), delay_seconds=ceil(delay_seconds))
