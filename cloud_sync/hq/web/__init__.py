"""Headquarters' HTTP doors: for stores, for online sellers, for people and their programs."""
