"""Oracle's wire in front of a model: admission, the relay to another server, the model's process."""
