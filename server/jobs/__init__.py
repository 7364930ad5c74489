"""Work in the background: what staff asked for that takes longer than a page may."""
