"""The workspace that plans are made of."""

import pytest
from support import Workspace


@pytest.fixture
def family(family: Workspace) -> Workspace:
    """The family, all of it owned: where nobody owns anything there is no parity to keep."""
    family.author("_defaults", 'owner: "@all"\n')
    return family
