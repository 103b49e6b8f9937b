"""The shop's rules, pure: state and command in, facts or a refusal out. No I/O, no clock, no dice."""
