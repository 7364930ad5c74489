"""Payment channels: what the server may ask of one, and the adapters."""
