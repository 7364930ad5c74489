"""A card terminal that speaks ZVT, as a kiosk meets it."""
