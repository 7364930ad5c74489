"""A payment for staff on one page: what was paid, where the money is, what happened, what to do."""
