from core.types import Identifier, Moment
from memory.fold import decode, encode, fold, fold_id, unfold

EARLY = Moment(Identifier("early"), 1, {"colour": "red"})
LATE = Moment(Identifier("late"), 9)


def test_moments_are_folded_in_the_order_of_their_ticks() -> None:
    assert fold([LATE, EARLY]).moments == (EARLY, LATE)


def test_unfolding_since_a_tick_leaves_out_what_was_before() -> None:
    assert unfold(fold([EARLY, LATE]), since=2) == (LATE,)


def test_a_record_survives_its_bytes() -> None:
    record = fold([EARLY, LATE], parents=[Identifier("a")])
    assert decode(encode(record)) == record


def test_equal_records_have_one_identifier() -> None:
    assert fold_id(encode(fold([EARLY, LATE]))) == fold_id(encode(fold([LATE, EARLY])))
