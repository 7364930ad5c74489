"""What residents ask for, complain about or have to be mended, and what became of it."""
