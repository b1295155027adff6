"""ConfigAutomation, and what it asks for: rules, what they do, and the agents of a host."""
