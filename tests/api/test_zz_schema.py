"""The description of the API against its behaviour: requests made up from the one, answers held against it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode, checks

from tests.api.conftest import BEARER, POLICY, running
from tracker.api.app import create_app
from tracker.service import Tracker
from tracker.settings import load_settings

#: Checks that are wrong in principle for one operation, each with the reason.
UNHELD: dict[tuple[str, str], tuple[str, ...]] = {
    # Whether a query says anything is for the query language to know: punctuation alone does not.
    ("/api/searches/{name}", "put"): ("positive_data_acceptance",),
}
EXAMPLES = 80
#: The name that the stand-in for a browser gives in its Host header.
REACHED = replace(POLICY, hosts=frozenset({"testserver"}))


@pytest.fixture(scope="module")
def running_api(app: FastAPI) -> Iterator[str]:
    """The same, served over a real socket."""
    with running(app) as address:
        yield address


@pytest.fixture(scope="module")
def app(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    home = tmp_path_factory.mktemp("schema") / "library"
    shutil.copytree(filled, home)
    with Tracker.open(settings=load_settings(home, {"TRACKER_OFFLINE": "1"})) as library:
        yield create_app(library, REACHED, wake=lambda sources: None)


def operations() -> Iterator[tuple[str, str, GenerationMode]]:
    """Every operation with requests that fit, and, where there is anything to get wrong, with some that do not."""
    described = create_app(None, REACHED).openapi()  # type: ignore[arg-type]  # no route is called
    for path, item in described["paths"].items():
        for method, operation in item.items():
            yield path, method, GenerationMode.POSITIVE
            if operation.get("parameters") or "requestBody" in operation:
                yield path, method, GenerationMode.NEGATIVE


@pytest.mark.parametrize(("path", "method", "mode"), list(operations()))
def test_every_answer_is_as_described(running_api: str, path: str, method: str, mode: GenerationMode) -> None:
    api = schemathesis.openapi.from_url(f"{running_api}/api/openapi.json")
    refused = api.config.checks.negative_data_rejection
    # An address or a body that is far too long is refused before anybody reads what is wrong with it.
    refused.expected_statuses = [*refused.expected_statuses, "413", "414"]
    operation = api[path][method.upper()]
    held = [checks.CHECKS.get_one(name) for name in checks.CHECKS.get_all_names()]
    unheld = [checks.CHECKS.get_one(name) for name in UNHELD.get((path, method), ())]

    @settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.data())
    def law(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        answer = case.call(headers=BEARER)
        case.validate_response(answer, checks=held, excluded_checks=unheld)

    law()


def answers(described: dict[str, Any]) -> set[str]:
    """The names of all shapes that an operation answers or takes as a whole."""
    found: set[str] = set()
    for item in described["paths"].values():
        for operation in item.values():
            bodies = [operation.get("requestBody", {}), *(operation["responses"].get(c, {}) for c in ("200", "201"))]
            schemas = [kind.get("schema", {}) for body in bodies for kind in body.get("content", {}).values()]
            found |= {schema["$ref"].rpartition("/")[2] for schema in schemas if "$ref" in schema}
    return found


def test_the_description_is_openapi_with_examples(app: FastAPI) -> None:
    described = app.openapi()
    assert described["openapi"].startswith("3.1")
    for component in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(component)
    components = described["components"]["schemas"]
    for name, component in components.items():
        for example in component.get("examples", []):
            Draft202012Validator({**component, "components": described["components"]}).validate(example)
        assert component.get("examples") or name not in answers(described), f"{name} has no example"
    for item in described["paths"].values():
        for method, operation in item.items():
            assert operation["summary"], "every operation says what it is"
            assert operation["security"] == ([{"token": []}] if method != "get" else [{}, {"token": []}])
