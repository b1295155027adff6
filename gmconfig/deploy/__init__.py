"""From a commit to what is live, and back: plan, apply in waves, check health, restore, promote, follow."""
