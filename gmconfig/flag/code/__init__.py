"""What programs say of flags: the source files that mention them, and the calls that ask for them."""
