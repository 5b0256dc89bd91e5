"""The forms of the deployments in Prefect's UI: Prefect reads titles and texts in its own way."""

import pytest
from prefect.utilities.importtools import import_object

from podloom.domain import EpisodeRequest
from podloom.flows.deploying import read_deployments

DEPLOYMENTS = {wanted["name"]: wanted for wanted in read_deployments()}


def form_of(name):
    return import_object(DEPLOYMENTS[name]["entrypoint"]).parameters.model_dump()


def fields_of(form):
    yield from form["properties"].items()
    for definition in (form.get("definitions") or {}).values():
        yield from definition["properties"].items()


def explained(field, form):
    model = form["definitions"].get(field.get("$ref", "").rpartition("/")[2], {})
    return field.get("description") or model.get("description")


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_every_field_has_a_title_and_an_explanation(name):
    form = form_of(name)
    bare = [field for field, shown in fields_of(form) if not (shown.get("title") and explained(shown, form))]
    assert bare == []


def test_three_filled_fields_are_enough():
    fields = form_of("generate-podcast")["definitions"]["EpisodeRequest"]["properties"]
    submitted = {name: field["default"] for name, field in fields.items()}
    filled = {"sources": ["https://example.com/trees"], "title": "Trees", "minutes": 3}
    assert EpisodeRequest(**submitted | filled) == EpisodeRequest(**filled)
