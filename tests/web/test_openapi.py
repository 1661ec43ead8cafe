"""The description for machines says what the routes are, and answers fit it."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

Bearer = Callable[[str], dict[str, str]]


def document(client: FlaskClient, bearer: Bearer) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json", headers=bearer("leader")).json
    return found


def test_it_names_exactly_the_routes_there_are(app: Flask, client: FlaskClient, bearer: Bearer) -> None:
    there = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).removeprefix("/api/v1"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }
    told = {(path, method) for path, item in document(client, bearer)["paths"].items() for method in item}
    assert told == there


def test_every_reference_leads_somewhere(client: FlaskClient, bearer: Bearer) -> None:
    found = document(client, bearer)

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                target: Any = found
                for part in node["$ref"].removeprefix("#/").split("/"):
                    target = target[part]
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(found)


def test_parameters_are_those_that_are_read(client: FlaskClient, bearer: Bearer) -> None:
    from web.api import locate, reports

    paths = document(client, bearer)["paths"]
    names = {one["name"] for one in paths["/locate"]["get"]["parameters"]}
    assert names == set(locate._FIELDS)
    assert {one["name"] for one in paths["/reports"]["get"]["parameters"]} == set(reports._FILTER)
    schemas = document(client, bearer)["components"]["schemas"]
    assert set(schemas["ReportDraft"]["properties"]) == set(reports._BODY)


def test_answers_have_the_properties_that_are_told(client: FlaskClient, bearer: Bearer) -> None:
    headers, schemas = bearer("grid_worker"), document(client, bearer)["components"]["schemas"]
    place = client.get("/api/v1/locate?lon=111.715&lat=40.815", headers=headers).json
    assert set(place) == set(schemas["Place"]["properties"])
    filed = client.post("/api/v1/reports", json={"category": "x", "lon": 111.715, "lat": 40.815}, headers=headers).json
    assert set(filed) == set(schemas["FiledReport"]["properties"])
    report = client.get(f"/api/v1/reports/{filed['ref']}", headers=headers).json
    assert set(report["properties"]) == set(schemas["Report"]["properties"]["properties"]["properties"])
    grid = client.get("/api/v1/grids/e", headers=headers).json
    assert set(grid["properties"]) == set(schemas["Grid"]["properties"]["properties"]["properties"])
