"""Parameter sweeps: a search space becomes trials, and trials become results."""
