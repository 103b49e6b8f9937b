"""The shared kernel: pure rules and shapes that a store and headquarters must agree on.

Imports nothing else of ours, does no I/O, reads no clock and rolls no dice.
"""
