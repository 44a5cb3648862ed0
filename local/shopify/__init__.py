"""Shopify Admin simulator: one shop that answers, and refuses, what Shopify answers and refuses.

It serves any query that is valid under Shopify's published schema 2026-10, prices it, throttles it, and
holds a seeded demo shop whose records tests may add, change and delete. It installs apps over OAuth, sends
signed webhooks of every change, and runs bulk exports. Held to recorded answers of a live store. A new room
adds entries to `service.RESOLVERS_OF_ALL_ROOMS` or routes to `server.build_app`.

    server, __main__, control     HTTP, process, control API         service       one request, start to end
    schema, validation, variables what is valid                      errors        how refusals look
    plan, cost, execution         compile, price, run a query        access        tokens and scopes
    roots, lists, listings        entry points, lists, sorting       search, paging
    state                         the records, in memory             bucket, faults, stats
    apps, grants, oauth, consent  installing an app, its tokens      app_control, webhook_control
    subscriptions, addresses      who wants webhooks, and where      events, payloads, order_payloads
    webhooks, deliveries, sender  who gets what, retries, sending    webhook_filter
    bulk, bulk_rules              bulk operations, what may run      bulk_export, bulk_runner
    records, orders, settlement   short specs -> full records        reckoning, money
    demo_shop, demo_names         the seeded shop
"""
