"""The API, browsable offline: one page made from OpenAPI, without any script."""

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from observatoire.web.pages import styles

router = APIRouter()

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}"
    "code{background:#f2f2f2;padding:.1em .3em}details{border-top:1px solid #ddd;padding:.5rem 0}"
    "summary{cursor:pointer}table{border-collapse:collapse;margin:.5rem 0}td,th{border:1px solid #ddd;"
    "padding:.2rem .6rem;text-align:left;vertical-align:top}"
    ".m{display:inline-block;width:5rem;font-weight:700}"
)


@router.get("/docs", include_in_schema=False)
def documentation(request: Request) -> HTMLResponse:
    """Every address, its parameters and its answers."""
    schema = request.app.openapi()
    blocks = "".join(
        _operation(method.upper(), path, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    )
    page = (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>API – Observatoire</title>'
        f"<style>{STYLE}</style></head><body><h1>API de l'observatoire</h1>"
        f"<p>{escape(schema['info']['description'])}</p>"
        f'<p>Contrat complet : <a href="/openapi.json">openapi.json</a> (OpenAPI {schema["openapi"]}). '
        f"Authentification : <code>Authorization: Bearer &lt;clé&gt;</code>, ou HTTP Basic avec la clé pour "
        f"mot de passe.</p>{blocks}</body></html>"
    )
    policy = f"default-src 'none'; {styles.only(STYLE)}; base-uri 'none'; frame-ancestors 'none'"
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = "".join(_parameter(p) for p in operation.get("parameters", ()))
    table = f"<table><tr><th>Paramètre</th><th>Où</th><th>Valeurs</th></tr>{rows}</table>" if rows else ""
    answers = ", ".join(
        f"{status} {escape(a.get('description', ''))}" for status, a in operation["responses"].items()
    )
    return (
        f'<details><summary><span class="m">{method}</span><code>{escape(path)}</code> – '
        f"{escape(operation.get('summary', ''))}</summary>{table}<p>Réponses : {answers}.</p></details>"
    )


def _parameter(parameter: dict[str, Any]) -> str:
    schema = parameter.get("schema", {})
    choices = schema.get("enum") or next((s["enum"] for s in schema.get("anyOf", ()) if "enum" in s), None)
    values = ", ".join(map(str, choices)) if choices else parameter.get("description", schema.get("type", ""))
    name = f"<b>{escape(parameter['name'])}</b>" if parameter.get("required") else escape(parameter["name"])
    return f"<tr><td>{name}</td><td>{escape(parameter['in'])}</td><td>{escape(str(values))}</td></tr>"
