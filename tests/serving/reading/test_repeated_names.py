from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.reading.repeated_names import read_clearly, repeated_names

Pairs = Sequence[tuple[str, object]]


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        (b'{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', []),
        (b'{"a":1,"a":1}', [("a",)]),
        (b'{"a":1 ,\n "a" \t: 2}', [("a",)]),
        (b'{"a":{"b":1,"c":2,"b":3},"d":[0,[{"e":1,"e":2}]]}', [("a", "b"), ("d", 1, 0, "e")]),
        (b'{"a":1,"\\u0061":2,"a":3}', [("a",), ("a",)]),
        (b'{"":":","b":"\\":","c":"{\\"c\\" :1"}', []),
        ('{"å":[],"å":[]}'.encode(), [("å",)]),
        (b"[]", []),
        (b"7", []),
    ],
)
def test_names_that_stand_twice_in_one_object(body: bytes, paths: list[tuple[str | int, ...]]) -> None:
    found = repeated_names(body, json.loads(body))
    assert [name.path for name in found] == paths
    for name in found:
        assert json.loads(body.decode()[name.position :].partition(":")[0]) == name.path[-1]


_NAMES = st.sampled_from(["a", '":'])
_TEXTS = st.recursive(
    st.text(alphabet='a":\\ {}[],', max_size=4).map(json.dumps) | st.just("1"),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda values: f"[{', '.join(values)}]")
        | st.lists(st.tuples(_NAMES, st.sampled_from([":", " : "]), inner), min_size=1, max_size=4).map(
            lambda pairs: "{" + ",".join(f"{json.dumps(name)}{colon}{value}" for name, colon, value in pairs) + "}"
        )
    ),
)


@given(_TEXTS)
def test_what_is_read_clearly_holds_every_value_that_was_written(text: str) -> None:
    """Objects as lists of their pairs, as Python's parser gives them, are the oracle."""
    repeated = 0

    def count(pairs: Pairs) -> Pairs:
        nonlocal repeated
        repeated += len(pairs) - len(dict(pairs))
        return pairs

    json.loads(text, object_pairs_hook=count)
    assert len(repeated_names(text.encode(), json.loads(text))) == repeated
    if repeated:
        with pytest.raises(json.JSONDecodeError):
            read_clearly(text.encode())
    else:
        assert read_clearly(text.encode()) == json.loads(text)
