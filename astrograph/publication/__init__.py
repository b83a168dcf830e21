"""From baseline and staged set to plan, canary and approval: what may be published, in values (SPEC section 10)."""
