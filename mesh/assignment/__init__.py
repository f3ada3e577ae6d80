"""Which person gets which conversation: rules without side effects, and registers that only one of many can win."""
