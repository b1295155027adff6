"""OpenFeature's protocol for remote evaluation (OFREP 0.3): flags for applications in any language."""
