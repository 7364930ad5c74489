"""Card terminals: what the kiosk may ask of one, and the drivers."""

DRIVERS = ("nexo", "zvt")
