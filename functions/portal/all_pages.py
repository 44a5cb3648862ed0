"""The triggers of all pages, for the front door."""
from __future__ import annotations

from functions.portal import overview

BLUEPRINTS = (overview.blueprint,)
