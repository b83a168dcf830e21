from support import Workspace
def test_x(family):
    r=family.run(); print(r)
    r=family.run("validate"); print(r)
    family.settle()
    r=family.run("validate"); print(r)
    r=family.run("validate"); print(r)
    print(list(family.snapshot()), family.ledger('memory').keys(), family.known_modules())
    print(family.run_killed(before=2), family.run_killed("validate", before=100))
    assert 0
