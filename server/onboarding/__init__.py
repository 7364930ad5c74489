"""A property company moves in: its communities, and what its Excel file knows of them."""
