"""Deliveries, from intake to effect; each module is imported when it is first named."""
from typing import TYPE_CHECKING

from shared.at_first_use import modules_of

if TYPE_CHECKING:
    from shared.webhooks import command_handlers as command_handlers
    from shared.webhooks import commands as commands
    from shared.webhooks import draining as draining
    from shared.webhooks import intake as intake
    from shared.webhooks import subscriptions as subscriptions

__getattr__ = modules_of(__name__)
