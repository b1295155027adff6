"""Data to work on: repositories of configuration files with their schemas."""

from __future__ import annotations

import json
from pathlib import Path

from tests.benchmarks.bench import git

ENVIRONMENTS = ("production", "staging", "development", "testing")
SCHEMA = "schemas/shared/service.schema.json"

_BACKEND = """\
  - name: backend-{k}
    host: backend-{k}.service-{i}.internal
    port: {port}
    weight: 0.{k}5
    tls: {{enabled: true, verify: false}}
    labels: [zone-a, "rack-{k}", tier-2]
"""
_SERVICE = """\
# Service {i}, owned by team {team}.
service:
  name: service-{i}
  team: "team-{team}"
  port: {port}
  replicas: {replicas}
  image: registry.example.org/services/service-{i}:1.{i}.0
database:
  host: db-{team}.internal
  port: 5432
  pool: {pool}        # connections
  timeout_seconds: 2.5
  options:
    sslmode: require
    application_name: service-{i}
logging:
  level: info
  format: json
  fields: [time, level, message]
limits:
  cpu: 500m
  memory: 512Mi
  requests_per_second: {rate}
features:
  tracing: true
  beta: false
  sampling: 0.25
notes: |
  Restart with care.
  Ask team {team} before a change.
backends:
"""


def service(i: int) -> str:
    """Give a document of about 60 lines, as a service's settings look."""
    text = _SERVICE.format(
        i=i, team=i % 17, port=8000 + i % 1000, replicas=1 + i % 5, pool=5 + i % 40, rate=100 * i
    )
    return text + "".join(_BACKEND.format(i=i, k=k, port=9000 + k) for k in range(1, 6))


def overlay(i: int, environment: str) -> str:
    """Give what an environment changes of it."""
    return (
        f"# {environment}\nservice:\n  replicas: {6 + i % 3}\n"
        f"database:\n  host: db.{environment}.internal\n  pool: {50 + i % 7}\nlogging:\n  level: debug\n"
    )


def service_schema() -> dict[str, object]:
    """Give the schema that all of them satisfy."""
    text, number, flag = {"type": "string", "minLength": 1}, {"type": "number"}, {"type": "boolean"}
    port = {"type": "integer", "minimum": 1, "maximum": 65535}
    strings = {"type": "array", "items": text}

    def closed(required: list[str], **properties: object) -> dict[str, object]:
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }

    backend = closed(
        ["name", "host", "port"],
        name=text,
        host=text,
        port=port,
        weight=number,
        tls=closed(["enabled"], enabled=flag, verify=flag),
        labels=strings,
    )
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **closed(
            ["service", "database", "logging"],
            service=closed(
                ["name", "port"],
                name={"type": "string", "pattern": "^service-[0-9]+$"},
                team=text,
                port=port,
                replicas={"type": "integer", "minimum": 1},
                image=text,
            ),
            database=closed(
                ["host", "port"],
                host=text,
                port=port,
                pool={"type": "integer", "minimum": 1},
                timeout_seconds=number,
                options={"type": "object", "additionalProperties": text},
            ),
            logging=closed(
                ["level"], level={"enum": ["debug", "info", "warning", "error"]}, format=text, fields=strings
            ),
            limits={"type": "object"},
            features={"type": "object", "additionalProperties": {"type": ["boolean", "number"]}},
            notes=text,
            backends={"type": "array", "items": backend, "minItems": 1},
        ),
    }


def documents(
    root: Path, count: int, *, schema_for_each: int = 1, layered: bool = False, project: str = ""
) -> Path:
    """Make a repository of documents; every `schema_for_each`th has a schema that refers to the shared.

    `project` is what gmconfig.yaml says besides.
    """
    write(
        root / "gmconfig.yaml",
        "environments: {" + ", ".join(f"{name}: {{}}" for name in ENVIRONMENTS) + "}\n" + project,
    )
    write(root / SCHEMA, json.dumps(service_schema(), indent=2))
    for i in range(count):
        write(root / f"config/service-{i}.yaml", service(i))
        if i % schema_for_each == 0:
            write(root / f"schemas/service-{i}.schema.json", '{"$ref": "shared/service.schema.json"}\n')
        for name in ENVIRONMENTS if layered else ():
            write(root / f"config/environments/{name}/service-{i}.yaml", overlay(i, name))
    committed(root)
    return root


def committed(root: Path) -> None:
    """Make a folder a repository, with one commit of everything in it."""
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "begin")


def write(file: Path, text: str) -> None:
    """Write a file, its folder too."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
