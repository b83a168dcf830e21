from tools.data_flow import run_order


def test_steps_wait_for_what_they_need() -> None:
    assert run_order({"report": {"clean"}, "clean": {"load"}, "plot": {"clean"}}) == [
        ["load"],
        ["clean"],
        ["plot", "report"],
    ]
