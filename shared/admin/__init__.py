"""What the API and the portal call, a module a subject; each is imported when it is first named."""
from typing import TYPE_CHECKING

from shared.at_first_use import modules_of

if TYPE_CHECKING:
    from shared.admin import access as access
    from shared.admin import captures as captures
    from shared.admin import connections as connections
    from shared.admin import environment as environment
    from shared.admin import frame as frame
    from shared.admin import lists as lists
    from shared.admin import logs as logs
    from shared.admin import operations as operations
    from shared.admin import orders as orders
    from shared.admin import overview as overview
    from shared.admin import payments as payments
    from shared.admin import privacy as privacy
    from shared.admin import records as records
    from shared.admin import runs as runs
    from shared.admin import search as search
    from shared.admin import services as services
    from shared.admin import set_up_check as set_up_check
    from shared.admin import set_up_guide as set_up_guide
    from shared.admin import shop_cards as shop_cards
    from shared.admin import shop_page as shop_page
    from shared.admin import shops as shops
    from shared.admin import skipped as skipped
    from shared.admin import synchronization as synchronization
    from shared.admin import webhooks as webhooks

__getattr__ = modules_of(__name__)
