"""SecretsManager, and what it asks for: named secrets, sealed values in files, rotation, other tools' secrets."""
