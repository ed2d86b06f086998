from __future__ import annotations

from datetime import UTC, datetime

import pytest

from etl.errors import AccessRefused, TargetBroken, TargetUnreachable
from etl.http.answers import (
    Answer,
    Busy,
    Forbidden,
    GatewayFailed,
    RequestRefused,
    ServerFailed,
    Unauthorized,
    check,
    seconds,
)

NOW = datetime(2026, 11, 21, 21, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [200, 201, 204, 304])
def test_successes_raise_nothing(status: int) -> None:
    check(Answer(status, ""), "GET x")


@pytest.mark.parametrize(
    ("status", "kind", "parent"),
    [
        (301, TargetBroken, TargetBroken),
        (400, RequestRefused, TargetBroken),
        (401, Unauthorized, AccessRefused),
        (403, Forbidden, AccessRefused),
        (404, RequestRefused, TargetBroken),
        (413, RequestRefused, TargetBroken),
        (429, Busy, TargetUnreachable),
        (500, ServerFailed, TargetUnreachable),
        (502, GatewayFailed, TargetUnreachable),
        (503, Busy, TargetUnreachable),
        (504, GatewayFailed, TargetUnreachable),
    ],
)
def test_each_status_says_what_to_do(
    status: int, kind: type[Exception], parent: type[Exception]
) -> None:
    with pytest.raises(parent) as caught:
        check(Answer(status, "body", reason="why"), "GET x")
    assert type(caught.value) is kind
    assert "GET x" in str(caught.value)


def test_the_servers_words_are_told_without_markup_and_not_at_length() -> None:
    with pytest.raises(RequestRefused, match="answered 400: Name is required"):
        check(Answer(400, "", reason="Name  is\nrequired"), "POST Brand")
    with pytest.raises(RequestRefused, match=r"answered 414$"):
        check(Answer(414, "", reason="<!DOCTYPE HTML …>"), "GET x")
    with pytest.raises(RequestRefused) as caught:
        check(Answer(400, "", reason="x" * 9000), "GET x")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://user:secret@login.example/sso?token=secret", "https://login.example/sso"),
        ("/elsewhere?x=secret", "/elsewhere"),
        (None, "redirected to :"),
    ],
)
def test_a_redirect_is_told_without_its_secrets(location: str | None, told: str) -> None:
    with pytest.raises(TargetBroken) as caught:
        check(Answer(302, "", location=location), "GET x")
    assert told in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, None),
        ("7", 7.0),
        (" 120 ", 120.0),
        ("0", 0.0),
        ("soon", None),
        ("-3", None),
        ("٣", None),
        ("Sat, 21 Nov 2026 21:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 21:00:30 -0000", 30.0),
        ("Sat, 21 Nov 2026 20:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, wanted: float | None) -> None:
    assert seconds(header, NOW) == wanted


def test_a_date_is_measured_from_now() -> None:
    assert seconds("Sat, 21 Nov 1998 20:00:00 GMT") == 0.0
