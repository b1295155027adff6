"""What happens without anybody typing: the agent that looks after the targets of its host, and rules."""
