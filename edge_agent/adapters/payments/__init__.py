"""Ways to take money from a phone: one port, one provider a file, and the till that asks them."""
