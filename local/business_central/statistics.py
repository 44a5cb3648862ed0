"""Counters for tests: what the clients asked for."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from .contract import Row


@dataclass
class Statistics:
    """`calls` are HTTP requests to the API; reads and writes are operations, those inside a batch one by one.

    service_seconds  what the service was busy by the settings of ServiceTimes, all slots together
    """

    calls: int = 0
    reads: int = 0
    writes: int = 0
    batch_operations: int = 0
    rejected_429: int = 0
    tokens: int = 0
    service_seconds: float = 0.0
    by_method: Counter[str] = field(default_factory=Counter)
    by_entity: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def operation(self, method: str, entity: str) -> None:
        """Count one operation; an action counts as a POST on its entity set."""
        self.by_method[method] += 1
        self.by_entity[entity][method] += 1
        if method == "GET":
            self.reads += 1
        else:
            self.writes += 1

    def reset(self) -> None:
        """Start counting from zero."""
        self.calls = self.reads = self.writes = self.batch_operations = self.rejected_429 = self.tokens = 0
        self.service_seconds = 0.0
        self.by_method.clear()
        self.by_entity.clear()

    def as_json(self) -> Row:
        return {
            "calls": self.calls, "reads": self.reads, "writes": self.writes,
            "batch_operations": self.batch_operations, "rejected_429": self.rejected_429, "tokens": self.tokens,
            "service_seconds": round(self.service_seconds, 3),
            "by_method": dict(self.by_method),
            "by_entity": {entity: dict(methods) for entity, methods in self.by_entity.items()},
        }  # fmt: skip
