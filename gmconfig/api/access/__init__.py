"""What SecretsManager does with people: members, grants, keys, what is signed and what is known to whom."""
