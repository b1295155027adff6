"""What happened: exposures and metrics, written by programs, loaded into one database, counted."""
