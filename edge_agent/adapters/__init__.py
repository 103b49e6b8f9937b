"""The outside: SQLite, MQTT, headquarters, payment providers, clocks and threads."""
