"""Shopify Admin simulator: one shop that answers, and refuses, what Shopify answers and refuses.

It serves any query that is valid under Shopify's published schema 2026-10, prices it, throttles it, and
holds a seeded demo shop whose records tests may add, change and delete. Held to recorded answers of a
live store. What it cannot do yet has its place: OAuth, webhook subscriptions and bulk operations become
modules that add entries to `roots.RESOLVERS` or routes to `server.build_app`.

    server, __main__, control     HTTP, process, control API         service       one request, start to end
    schema, validation, variables what is valid                      errors        how refusals look
    plan, cost, execution         compile, price, run a query        access        tokens and scopes
    roots, lists, listings        entry points, lists, sorting       search, paging
    state                         the records, in memory             bucket, faults, stats
    records, orders, settlement   short specs -> full records        reckoning, money
    demo_shop, demo_names         the seeded shop
"""
