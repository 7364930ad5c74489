"""Makes releases of the kiosk and keeps the signed repository from which kiosks take them."""
