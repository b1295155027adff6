"""Finding secrets that stand in plain text: known values, known formats, telling names, randomness."""
