"""The agent in a store: the one door for commands, the journal, and the links to devices, screens and headquarters."""
