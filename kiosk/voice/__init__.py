"""What the kiosk says aloud: planned from what the screen shows, played from clips rendered
beforehand."""
