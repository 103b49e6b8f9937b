"""The conformance kit: drives one device, real or simulated, over MQTT through the contract of docs/device-makers.md.

It knows the contract and nothing of our devices: what it judges is what came over the wire.
"""
