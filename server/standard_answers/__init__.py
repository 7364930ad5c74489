"""Standard answers: what residents ask, and what the office says to it, in both languages."""
