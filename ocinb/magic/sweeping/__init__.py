"""`%%ocisweep`: what was typed becomes one sweep."""
