"""How the host logs: to stderr, one line with time (UTC), level, function, invocation and logger.

Rules: Microsoft Learn, "Configure monitoring for Azure Functions" (`logging.logLevel` of host.json).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from local.functions_host.invocation import InvocationFilter


class _UtcFormatter(logging.Formatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def set_up_logging() -> None:
    """Log lines go to stderr, each with its function and invocation."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_UtcFormatter("%(asctime)s %(levelname)-7s %(function)s %(invocation)s %(name)s: %(message)s"))
    handler.addFilter(InvocationFilter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("azure", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def set_log_levels(levels: Mapping[str, str]) -> None:
    """`logging.logLevel.default` of host.json decides what is logged at all."""
    names = {
        "trace": "DEBUG",
        "debug": "DEBUG",
        "information": "INFO",
        "warning": "WARNING",
        "error": "ERROR",
        "critical": "CRITICAL",
        "none": "CRITICAL",
    }
    level = names.get(str(levels.get("default", "Information")).lower(), "INFO")
    logging.getLogger().setLevel(level)
