"""The building blocks of every screen. They draw and report touches; they know nothing of payments."""
