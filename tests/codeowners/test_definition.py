"""Patterns mean what GitHub's definition of CODEOWNERS says: the last match wins, what does not count is told."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astrograph.formats.codeowners import MAX_BYTES, decode, is_owner


def owner_of(text: str, path: str) -> str | None:
    rule = decode(text.encode()).rule_of(path)
    return None if rule is None else rule.owner


EXAMPLE = """\
# This is a comment.
*       @all @both
*.js    @js   # an inline comment
/build/logs/ @logs
docs/*  docs@example.com
apps/ @apps
/docs/ @docs
**/traces @traces
/apps/ @top
/apps/github
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("README", "@all @both"),
        ("a/b/c", "@all @both"),
        ("a/b.js", "@js"),
        ("build/logs/x/y", "@logs"),
        ("x/build/logs/y", "@all @both"),
        ("docs/start.md", "@docs"),
        ("docs/build-app/help.md", "@docs"),
        ("x/apps/y/z", "@apps"),
        ("apps/y/z", "@top"),
        ("apps/github", None),
        ("apps/github/x", None),
        ("apps/github-more/x", "@top"),
        ("deeply/nested/traces/x", "@traces"),
        ("traces", "@traces"),
    ],
)
def test_the_example_of_the_definition(path: str, expected: str | None) -> None:
    assert owner_of(EXAMPLE, path) == expected


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("*", ["a", "a/b"], []),
        ("**", ["a", "a/b"], []),
        ("/*", ["a"], ["a/b"]),
        ("/**", ["a", "a/b"], []),
        ("docs/*", ["docs/a"], ["docs/a/b", "x/docs/a"]),
        ("docs/*/", ["docs/a/b", "docs/a/b/c"], ["docs/a"]),
        ("docs/**", ["docs/a", "docs/a/b"], ["docs", "x/docs/a"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b", "a/b/c"], ["x/a/b", "ab"]),
        ("a/**/", ["a/x/f"], ["a/f"]),
        ("apps", ["apps", "apps/x", "x/apps", "x/apps/y"], ["appsy", "x/my-apps"]),
        ("apps/", ["apps/x", "x/apps/y/z"], ["apps", "x/apps"]),
        ("/apps", ["apps", "apps/x"], ["x/apps"]),
        ("a/b", ["a/b", "a/b/c"], ["x/a/b", "a/bc"]),
        ("*.py", ["a.py", "x/a.py", "x.py/a"], ["a.pyc"]),
        ("a?c", ["abc", "x/abc"], ["ac", "abbc", "a/c"]),
        ("x*y*z", ["xyz", "x1y2z", "xyyz"], ["xzy", "x/y/z"]),
        ("Docs/", ["Docs/a"], ["docs/a"]),
        (r"a\ b/", ["a b/c"], ["a/c", "b/c"]),
        (r"a\*", ["a*"], ["ab"]),
        ("caf\u00e9/", ["caf\u00e9/x"], ["cafe/x"]),
    ],
)
def test_a_pattern_matches_what_it_should_and_nothing_else(
    pattern: str, matching: list[str], others: list[str]
) -> None:
    text = f"{pattern} @o\n"
    assert {path: owner_of(text, path) for path in matching} == dict.fromkeys(matching, "@o")
    assert {path: owner_of(text, path) for path in others} == dict.fromkeys(others)


def test_the_last_match_wins_whatever_is_more_specific() -> None:
    assert owner_of("/a/b/ @near\n/a/ @far\n", "a/b/c") == "@far"


def test_a_line_without_owners_takes_ownership_away() -> None:
    assert owner_of("/a/ @a\n/a/b/ # nobody\n", "a/b/c") is None
    rule = decode(b"/a/ @a\n/a/b/\n").rule_of("a/b/c")
    assert rule is not None
    assert (rule.line, rule.owners, rule.owner) == (2, (), None)


def test_line_ends_tabs_blank_lines_and_a_byte_order_mark_are_layout() -> None:
    said = decode(b"\xef\xbb\xbf\r\n  \t\r\n\t/a/\t@a \t@b\t\r\n# end")
    assert [(rule.pattern, rule.owners, rule.line) for rule in said.rules] == [("/a/", ("@a", "@b"), 3)]
    assert said.problems == ()


@pytest.mark.parametrize(
    ("line", "code", "part"),
    [
        ("!/a/ @a", "AG240", "negates"),
        ("/a[bc]/ @a", "AG240", "character range"),
        (r"\#a @a", "AG240", "escapes a `#`"),
        ("a/***/b @a", "AG240", "is no pattern"),
        ("/a/ @a Team B", "AG240", "`Team` is no owner"),
        ("/a/ @", "AG240", "`@` is no owner"),
        ("/a/ someone", "AG240", "`someone` is no owner"),
        ("/ @a", "AG240", "matches nothing"),
        ("/a\u202eb/ @a", "AG240", "invisible"),
        ("[Section]", "AG242", "section"),
        ("^[Optional][2] @a @b", "AG242", "section"),
    ],
)
def test_a_line_that_does_not_count_is_told_and_the_others_stand(line: str, code: str, part: str) -> None:
    said = decode(f"* @all\n{line}\n/z/ @z\n".encode())
    assert [rule.pattern for rule in said.rules] == ["*", "/z/"]
    assert [(problem.code, problem.line) for problem in said.problems] == [(code, 2)]
    assert part in said.problems[0].message
    assert said.problems[0].fix


@pytest.mark.parametrize(
    ("data", "part"), [(b"/a/ @\xff", "UTF-8"), (b"#" * (MAX_BYTES + 1), "3 MB")], ids=["encoding", "size"]
)
def test_a_file_that_cannot_be_used_has_no_rules_and_says_why(data: bytes, part: str) -> None:
    said = decode(data)
    assert said.rules == ()
    assert [problem.code for problem in said.problems] == ["AG241"]
    assert part in said.problems[0].message


def test_what_gitlab_reads_otherwise_is_told_where_only_gitlab_looks() -> None:
    text = b"docs/a @a\n/docs/b @b\n**/docs/c @c\n*.py @d\nlib/ @e\n"
    assert decode(text).problems == ()
    assert [(problem.code, problem.line) for problem in decode(text, gitlab=True).problems] == [("AG240", 1)]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("@a", True),
        ("@my-org/my.team", True),
        ("@group/sub/team", True),
        ("a.b+c@example.co.uk", True),
        ("a@localhost", False),
        ("@-a", False),
        ("a", False),
        ("@a,@b", False),
        ("@a\u00e9", False),
        ("", False),
    ],
)
def test_owners_are_users_teams_and_addresses(word: str, expected: bool) -> None:
    assert is_owner(word) is expected


# ── against a plain reading of the definition ────────────────────────────────


def plainly(pattern: str) -> re.Pattern[str]:
    """One pattern as one regular expression, the slow and obvious way."""
    body = pattern.strip("/")
    written = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    parts = body.split("/")
    for i, part in enumerate(parts):
        last = i == len(parts) - 1
        if part == "**":
            written += ".*" if last else "(?:.*/)?"
        else:
            written += "".join({"*": "[^/]*", "?": "[^/]"}.get(each, re.escape(each)) for each in part)
            written += "" if last else "/"
    if pattern.endswith("/"):
        written += "[^/]*/.*" if parts[-1] == "**" else "/.*"
    elif parts[-1] not in ("*", "**"):
        written += "(?:/.*)?"
    return re.compile(written)


@pytest.mark.parametrize("seed", range(4))
def test_the_tree_agrees_with_trying_each_pattern_on_each_path(seed: int) -> None:
    chosen = random.Random(seed)
    parts = ["a", "b", "ab", "a.py", "*", "**", "*.py", "a*", "?", "*b*"]
    names = ["a", "b", "ab", "a.py", "abb"]
    compared = 0
    for _ in range(300):
        made = [
            "/".join(chosen.choice(parts) for _ in range(chosen.randint(1, 4))) for _ in range(chosen.randint(1, 6))
        ]
        patterns = [f"{chosen.choice(['', '/'])}{each}{chosen.choice(['', '', '/'])}" for each in made]
        said = decode("".join(f"{pattern} @o\n" for pattern in patterns).encode())
        assert said.problems == ()
        for _ in range(8):
            path = "/".join(chosen.choice(names) for _ in range(chosen.randint(1, 5)))
            matching = [i for i, pattern in enumerate(patterns) if plainly(pattern).fullmatch(path)]
            assert said.index_of(path) == max(matching, default=-1), (path, patterns)
            compared += bool(matching)
    assert compared > 500


@given(
    st.one_of(
        st.binary(max_size=60),
        st.lists(st.text(alphabet="/*?\\ab @#![]\t\u202e\u00e9", max_size=14), max_size=5)
        .map("\n".join)
        .map(str.encode),
    ),
    st.text(alphabet="ab/ *é", max_size=12),
)
def test_no_bytes_bring_more_than_problems(data: bytes, path: str) -> None:
    said = decode(data)
    index = said.index_of(path)
    assert -1 <= index < len(said.rules)
    assert all(problem.line > 0 and problem.fix for problem in said.problems)
    assert all(is_owner(owner) for rule in said.rules for owner in rule.owners)


def test_patterns_made_to_be_slow_are_not() -> None:
    said = decode("".join(f"{'*a' * 30}{n}* @o\n**/{'*/**/' * 12}x{n}/ @o\n" for n in range(300)).encode())
    path = "/".join(["a" * 200] * 12)
    assert [said.index_of(f"{path}/{n}") for n in range(20)] == [-1] * 20
