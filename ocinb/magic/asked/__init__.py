"""What a cell asks of a model, and the way of its answer."""
