"""Who is asking: identities, where they come from, what they sign with."""
