"""Headquarters' books in PostgreSQL: the server itself, tables, writes, reads, and the proof of all of it."""
