"""What is learned from examples: the examples, and the weights that `make train` makes of them."""
