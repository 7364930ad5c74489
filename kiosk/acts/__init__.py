"""What staff ask of this kiosk from afar: kept, begun once, done, told."""
