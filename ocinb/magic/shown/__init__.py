"""What a cell shows: growing, at its end, and in the saved notebook."""
