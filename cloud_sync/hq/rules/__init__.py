"""Headquarters' rules, pure: what a store's rows do to the books, over one port that is filled twice."""
