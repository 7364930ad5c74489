"""What is done about payments and journals whose end is not known: asked for, never guessed."""
