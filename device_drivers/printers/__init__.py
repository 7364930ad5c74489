"""Receipt printers: what the kiosk may ask of one, and the drivers."""

DRIVERS = ("escpos",)
