"""A card terminal that speaks the nexo-based Terminal API on the local network."""
