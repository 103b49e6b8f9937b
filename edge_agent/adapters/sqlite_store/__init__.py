"""The store's one SQLite file: the journal, the tables derived from it, and what screens ask of them."""
