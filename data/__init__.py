"""What a note is: schema, readers, normalisation, lexicons and dated platform rules; no model, no HTTP."""
