"""The pages of staff about notices: written, looked at as kiosks and phones will show them, published."""
