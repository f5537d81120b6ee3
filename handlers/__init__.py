"""What faces the network: the only code that knows Tornado."""
