"""Headquarters: takes in every store's log, folds it into what people look at, and moves the rights to sell.

`rules` know no database, `database` no wire, `web` and `dashboard` are the doors; what headquarters does by itself and
what people do stands here beside them. `main` wires it all. Of ours it imports `cloud_sync.protocol` only.
"""
