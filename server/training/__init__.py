"""Training for new staff: made-up cases, the answer and the rule behind it, and a score."""
