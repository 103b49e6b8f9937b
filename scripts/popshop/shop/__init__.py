"""A whole shop on one computer: headquarters, broker and agent as processes of their own, for demo, replay and bench."""
