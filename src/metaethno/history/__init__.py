"""Git and DVC behind one door."""
