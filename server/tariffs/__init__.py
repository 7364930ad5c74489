"""The pages of prices: what is charged, from when, and what a new price would change for real units."""
