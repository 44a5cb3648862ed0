"""The engine; each module is imported when it is first named, or by another module as ever."""
from typing import TYPE_CHECKING

from shared.at_first_use import modules_of

if TYPE_CHECKING:
    from shared.sync import queue as queue
    from shared.sync import run as run

__getattr__ = modules_of(__name__)
