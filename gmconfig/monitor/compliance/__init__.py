"""How well the configuration keeps to its compliance rules: a score, by rule and environment, over time."""
