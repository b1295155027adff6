"""What can be wrong, found before it is live: checks, policies, the verdict cache, report formats."""
