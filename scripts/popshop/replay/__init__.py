"""Plays a file of sales through simulated machines, and proves that store and headquarters say what the file says."""
