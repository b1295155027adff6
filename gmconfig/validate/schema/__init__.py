"""JSON Schema, drafts 04 to 2020-12: one engine gives the verdict, the other explains a failure."""
