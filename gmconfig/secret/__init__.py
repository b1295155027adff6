"""Sealed values, the keys that open them, who may do what, and the signed log of every write."""
