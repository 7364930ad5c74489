"""Template tags of the pages of billing runs."""
