"""What was typed on the magic line, and what it means."""
