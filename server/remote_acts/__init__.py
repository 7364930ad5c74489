"""What staff ask of kiosks from afar, and what became of it."""
