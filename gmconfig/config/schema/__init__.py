"""What a document's JSON Schema says of types, and a schema made from what there is."""
