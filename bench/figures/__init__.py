"""What a run of `python -m bench` found: the figures, what they should be, and how people are shown them."""
