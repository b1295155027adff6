"""What a check found, and how to say it: to a terminal, to scripts, and to CI."""
