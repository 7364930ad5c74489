"""Which release each kiosk should run, ring by ring, and what became of it there."""
