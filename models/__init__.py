"""What a chat is. Nothing here knows Tornado; only ``store`` and ``bus`` do I/O."""
