"""From facts and rules to stars, in integer thousandths, with the evidence (SPEC section 7). Pure."""
