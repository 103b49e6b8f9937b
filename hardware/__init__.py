"""What a device can say and do: the contract over MQTT, the shell devices run in, and our simulators."""
