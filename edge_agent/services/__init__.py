"""What the agent does with the rules: the one door, and the questions screens ask. Knows ports, not adapters."""
