"""`doctor`: what it looks at, a module each."""
