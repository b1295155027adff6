"""What was deployed and who may deploy: records, locks, holds, freezes and the agents' status, on refs."""
