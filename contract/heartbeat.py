"""How often a kiosk gives a sign of life, and from when on the server calls it silent."""

INTERVAL_S = 30.0  # between two heartbeats of a kiosk
LATE_S = 90.0  # without one for longer, the kiosk is silent: three in a row are missing
