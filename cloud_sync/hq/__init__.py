"""Headquarters: takes in every store's log, folds it into what people look at, and moves the rights to sell.

Rules that know no database: accept, deltas, folds, accounts, intake, ledger_rows, rights, joining, refill, online,
warehouse, reconsider, over the port `books`. PostgreSQL: schema, postgres_books, event_copy, views, queries, reports.
HTTP: store_api, people_api, api. `main` wires it all. Of ours it imports `cloud_sync.protocol` only.
"""
