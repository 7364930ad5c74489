"""The kiosks' journals at the server: taken in, kept as they came, and made into books."""
