"""The link between stores and headquarters: the protocol both speak, and headquarters itself."""
