"""Headquarters: takes in every store's log and folds it into what people look at.

Pure: accept, deltas, folds. PostgreSQL: schema, store, event_copy, views, queries, reports, reconsider.
HTTP: store_api, people_api, api. `main` wires it all. Of ours it imports `cloud_sync.protocol` only.
"""
