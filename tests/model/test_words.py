from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from etl.model.codec import decode_key, decode_values, encode
from etl.model.connection import Secret
from etl.model.known import Seen
from etl.model.problem import Problem
from etl.model.record import LinkMode, LinkRefs, Record, Ref, RefKind

texts = st.text(max_size=20)
refs = st.recursive(
    st.builds(Ref, st.sampled_from(RefKind), texts, st.tuples(texts), st.tuples(texts)),
    lambda inner: st.builds(
        Ref,
        st.sampled_from(RefKind),
        texts,
        st.tuples(texts, texts),
        st.tuples(inner, texts),
        st.none() | texts,
        st.booleans(),
    ),
    max_leaves=3,
)
scalars = (
    st.none()
    | texts
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
)
values = st.one_of(
    scalars,
    st.lists(scalars, max_size=3).map(tuple),
    refs,
    st.builds(LinkRefs, st.lists(refs, max_size=3).map(tuple), st.sampled_from(LinkMode)),
)


@given(st.dictionaries(texts, values, max_size=5))
def test_values_come_back_as_they_were(payload: dict[str, object]) -> None:
    text = encode(payload)  # type: ignore[arg-type]
    found = decode_values(text)
    assert found == payload
    assert {name: type(value) for name, value in found.items()} == {
        name: type(value) for name, value in payload.items()
    }
    assert encode(found) == text


@given(st.lists(texts | refs, min_size=1, max_size=3).map(tuple))
def test_keys_come_back_as_they_were(key: tuple[str | Ref, ...]) -> None:
    assert decode_key(encode(key)) == key


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5000))))
def test_seen_is_a_set(steps: list[tuple[bool, int]]) -> None:
    seen, model = Seen(), set()
    for add, number in steps:
        if add:
            seen.add(number)
            model.add(number)
        else:
            seen.remove(number)
            model.discard(number)
    assert len(seen) == len(model)
    assert all((number in seen) == (number in model) for number in range(5100))


def test_a_secret_never_shows_itself() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r}"
    assert secret.reveal() == "hunter2"
    assert secret == Secret("hunter2")
    assert len({secret, Secret("hunter2"), Secret("other")}) == 2


def test_a_problem_reads_as_one_line() -> None:
    assert Problem("X", "is wrong").text() == "is wrong"
    told = Problem("X", "is wrong", 7, "Price", file="m.yaml", line=3, position=5, hint="mend it")
    assert told.text() == "m.yaml:3:5: row 7, column 'Price': is wrong (mend it)"
    assert Problem("X", "is wrong", column="A").text() == "column 'A': is wrong"
    assert Problem("X", "is wrong", 2).text() == "row 2: is wrong"


def test_a_key_reads_as_people_write_it() -> None:
    ref = Ref(RefKind.RECORD, "Account", ("code",), ("ACME",))
    record = Record(0, "Product", (ref, "4711"), {}, b"", (1,))
    assert record.key_text() == "ACME / 4711"
