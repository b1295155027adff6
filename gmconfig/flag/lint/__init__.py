"""What is wrong with flags, in their files and in the code that asks for them."""
