"""From facts and assignment to the manifest document, and which field belongs to whom (SPEC section 5). Pure."""
