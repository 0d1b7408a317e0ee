"""What a turn looks like, whichever face shows it: inert HTML, Markdown and text."""
