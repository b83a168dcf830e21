from api.gateway.health import Health, health


def test_a_process_that_answers_is_well() -> None:
    assert health() == Health("ok")
