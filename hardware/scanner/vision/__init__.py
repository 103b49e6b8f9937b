"""Reads codes from pictures: what moved is cut out and decoded quickly; where that fails, in one other way at a time."""
