"""Gust side by side with its peers: ``python -m benchmarks`` measures and writes docs/performance.md."""
