"""Which role a call needs: reading is for viewers, everything else for operators, but where `@needs` says otherwise."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from shared.who_may import Role

_Function = TypeVar("_Function", bound=Callable[..., Any])


def needs(role: Role | None) -> Callable[[_Function], _Function]:
    """Below `@edge`: the role that a call needs, where its method does not say it; None = open to everybody."""

    def with_role(function: _Function) -> _Function:
        function.needs = role  # type: ignore[attr-defined]  # read by role_needed
        return function

    return with_role


def role_needed(function: Callable[..., Any], method: str) -> Role | None:
    """The role that a call of this function with this method needs; None = open to everybody."""
    by_method = Role.VIEWER if method == "GET" else Role.OPERATOR
    needed: Role | None = getattr(function, "needs", by_method)
    return needed
