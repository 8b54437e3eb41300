"""Traces: no span tells whom a request is about, even if the caller asks for one."""

from __future__ import annotations

from typing import cast

import bentoml
from bentoml._internal.configuration.containers import BentoMLContainer

from serving.http.service import Stamkund


def test_bentoml_makes_no_span_of_a_path_that_names_a_customer() -> None:
    cast("bentoml.Service[object]", Stamkund).to_asgi()
    excluded = BentoMLContainer.tracing_excluded_urls.get()
    assert excluded.url_disabled("http://shop/v1/profiles/email:anna@x.se")
