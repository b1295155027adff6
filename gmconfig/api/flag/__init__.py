"""FeatureFlagManager, and what it asks for: deciding, changing and watching feature flags and experiments."""
