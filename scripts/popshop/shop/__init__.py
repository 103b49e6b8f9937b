"""A whole shop on one computer, each part a process of its own: for demo, replay and bench."""
