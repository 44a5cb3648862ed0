"""A Functions host for this machine: it runs function_app.py from its own decorators, as Azure does.

Front to back: `settings` (host.json, app settings), `app_metadata` (what the app declares), `routes` and
`http_front` (HTTP), `ncrontab` and `timers`, `queues`, `singleton` (one of many hosts), `invocation` (one call of
one function). `local/host.py` puts them together. Never deployed; nothing of the connector imports it.
"""
