"""What outlives a kernel: aliases and presets, in a file of the user."""
