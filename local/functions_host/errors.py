"""What can keep the local host from running an app, in one sentence for the person at the keyboard."""

from __future__ import annotations


class HostError(RuntimeError):
    """The app cannot be run; the text says what is wrong and, where it is known, what to do."""


class FunctionFailed(Exception):
    """A function raised, or what it returned or set could not be delivered; already logged."""
