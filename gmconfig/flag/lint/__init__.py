"""What is wrong with flags, in their files (`findings.py`) and in the code that asks for them (`demand.py`)."""
