"""Which Gust this is: the one place that says it."""

VERSION = "0.1.0"
