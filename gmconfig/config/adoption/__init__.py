"""`init --from`: what there is becomes documents and environments, and what these share a base layer."""
