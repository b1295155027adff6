"""Rules: when something happens, or at a time, something is done; what each did is kept on a ref of its own."""
