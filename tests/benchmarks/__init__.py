"""gmconfig beside the tools that people use today, in one run: `python -m tests.benchmarks --help`."""
