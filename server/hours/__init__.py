"""When kiosks serve residents, and the outages that are planned."""
