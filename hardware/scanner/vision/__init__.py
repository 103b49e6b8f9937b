"""Reads codes from pictures: what moved is cut out and decoded quickly; failing that, in one other way at a time."""
