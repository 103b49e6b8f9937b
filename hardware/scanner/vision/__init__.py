"""Reads codes from pictures: what moved is cut out, decoded quickly and, where that fails, in one other way at a time."""
