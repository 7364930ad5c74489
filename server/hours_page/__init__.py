"""The pages on which staff say when kiosks serve residents."""
