from tools.redaction import redact


def test_addresses_and_numbers_are_masked() -> None:
    assert redact("write ana@example.org or call +43 660 1234567") == ("write [redacted] or call [redacted]")


def test_other_text_is_left_alone() -> None:
    assert redact("version 3.2 @ noon") == "version 3.2 @ noon"
