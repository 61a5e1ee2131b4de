"""Errors as RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from shanasheel.base.errors import ShanasheelError


def problem(
    status: int, code: str, detail: str, remedy: str = "", more: Mapping[str, object] | None = None
) -> JSONResponse:
    """Return an `application/problem+json` answer; `more` are extension members."""
    return JSONResponse(
        {"type": "about:blank", "title": code, "status": status, "detail": detail,
         "remedy": remedy, **(more or {})},
        status_code=status,
        media_type="application/problem+json",
    )  # fmt: skip


def answer_problems(app: FastAPI) -> None:
    """Make every error of ours, and every malformed request, a problem document."""

    @app.exception_handler(ShanasheelError)
    async def _ours(_request: Request, fault: ShanasheelError) -> JSONResponse:
        named = {"key": fault.key, "field": fault.field, "given": fault.given}
        more = {name: value for name, value in named.items() if value}
        return problem(fault.handling.http_status, fault.code, fault.message, fault.remedy, more)

    @app.exception_handler(RequestValidationError)
    async def _malformed(_request: Request, fault: RequestValidationError) -> JSONResponse:
        listed = "; ".join(
            f"{error['msg']} @ {'.'.join(str(part) for part in error['loc'])}"
            for error in fault.errors()
        )
        remedy = "See /api/openapi.json for what is expected."
        return problem(422, "InvalidInput", listed, remedy, {"key": "malformed"})
