"""Scanners: what the kiosk may ask of one, and the drivers."""

DRIVERS = ("camera", "serial_line")
