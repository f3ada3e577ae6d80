"""What the mesh understands and answers, judged: `python -m bench.evaluation`, or `make eval`."""
