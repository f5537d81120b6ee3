"""Gust side by side with its peers, in one run.

``python -m benchmarks`` measures, and writes docs/performance.md.
"""
