"""What a package offers, over all its own files."""

from __future__ import annotations

from astrograph.facts.source import parse_file, summarize
from astrograph.model.facts import PackageSummary


def summary_of(**sources: str) -> PackageSummary:
    return summarize([(f"{name}.py", parse_file(source.encode())) for name, source in sorted(sources.items())])


def test_public_files_offer_their_public_names_sorted_and_once():
    summary = summary_of(
        __init__="'''The package.'''\nLIMIT = 1\n",
        b="class B: 'doc'\nasync def run(): 'doc'\n",
        a="class B: pass\ndef start(): pass\nLIMIT = 2\n",
    )

    assert summary == PackageSummary(
        classes=("B",),
        functions=(("run", True), ("start", False)),
        constants=("LIMIT",),
        docstring="The package.",
        exports_documented=1,
        exports_total=3,
    )


def test_private_files_and_tests_offer_nothing():
    source = "class A: pass\ndef f(): pass\nX = 1\n"

    assert summary_of(_a=source, __main__=source, test_a=source, a_test=source, conftest=source) == PackageSummary()


def test_equal_facts_of_a_private_and_a_public_file_are_told_apart():
    facts = parse_file(b"class A: pass\n")

    assert summarize([("_a.py", facts)]).classes == ()
    assert summarize([("_a.py", facts), ("b.py", facts)]).classes == ("A",)


def test_a_certain_all_decides_for_its_file():
    summary = summary_of(
        a="__all__ = ['f', '_g', 'name']\ndef f(): pass\ndef _g(): pass\ndef h(): pass\nname = LIMIT = 1\n",
        b="def h2(): pass\n",
    )

    assert summary.functions == (("_g", False), ("f", False), ("h2", False))
    assert summary.constants == ("name",)


def test_a_computed_all_does_not_decide():
    summary = summary_of(a="__all__ = ['_f'] + other.names()\ndef _f(): pass\ndef g(): pass\n")

    assert summary.functions == (("_f", False), ("g", False))


def test_a_listed_name_counts_when_one_of_the_packages_own_files_defines_it():
    summary = summary_of(
        __init__="from elsewhere import Other\nfrom ._impl import Own, run\n__all__ = ['Other', 'Own', 'run']\n",
        _impl="class Own: 'doc'\nasync def run(): pass\nclass Hidden: pass\n",
    )

    assert summary.classes == ("Own",)
    assert summary.functions == (("run", True),)
    assert (summary.exports_documented, summary.exports_total) == (1, 2)


def test_an_export_is_documented_when_it_is_wherever_it_is_defined():
    summary = summary_of(a="def f(): 'doc'\ndef g(): 'doc'\n", b="def f(): pass\n")

    assert (summary.exports_documented, summary.exports_total) == (1, 2)


def test_a_package_without_files_has_an_empty_summary():
    assert summarize([]) == PackageSummary()
