"""Doors for people and programs: HTTP, the live feed, the tablet's pages, and the wiring of it all."""
