"""The last error of the notebook, without what looks like a key."""
