"""What hooks and scripts run by the thousand: answered without typer and without building the command line."""
