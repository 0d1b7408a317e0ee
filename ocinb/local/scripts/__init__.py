"""A scripted deployment: typed steps, named faults, and the socket server that plays them."""
