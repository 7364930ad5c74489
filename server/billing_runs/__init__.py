"""Making the bills of a period for a whole community: preview, run, what is in the way."""
