"""The page, driven in a real browser as people would."""
