"""Errors as RFC 9457 problem details."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from shanasheel.base.errors import ShanasheelError


def problem(status: int, code: str, detail: str, remedy: str = "") -> JSONResponse:
    """Return an `application/problem+json` answer."""
    return JSONResponse(
        {"type": "about:blank", "title": code, "status": status, "detail": detail,
         "remedy": remedy},
        status_code=status,
        media_type="application/problem+json",
    )  # fmt: skip


def answer_problems(app: FastAPI) -> None:
    """Make every error of ours, and every malformed request, a problem document."""

    @app.exception_handler(ShanasheelError)
    async def _ours(_request: Request, fault: ShanasheelError) -> JSONResponse:
        return problem(fault.handling.http_status, fault.code, fault.message, fault.remedy)

    @app.exception_handler(RequestValidationError)
    async def _malformed(_request: Request, fault: RequestValidationError) -> JSONResponse:
        listed = "; ".join(
            f"{error['msg']} @ {'.'.join(str(part) for part in error['loc'])}"
            for error in fault.errors()
        )
        return problem(422, "InvalidInput", listed, "See /api/openapi.json for what is expected.")
