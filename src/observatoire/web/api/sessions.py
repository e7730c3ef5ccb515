"""One's own sessions: a person lists and ends them; a key has none."""

from fastapi import APIRouter, Request, Response

from observatoire.people import secrets
from observatoire.store import sessions
from observatoire.web import cookies
from observatoire.web.dependencies import NumberInPath, ServicesDep, SessionDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.persons import SessionList, SessionOut, TokenOut

router = APIRouter(prefix="/sessions", tags=["acces"], responses=PROBLEMS)


@router.get("", summary="Mes sessions")
def list_sessions(own: SessionDep, found: ServicesDep) -> SessionList:
    """Where one is logged in: since when, until when, which of them asks."""
    with found.database.identifying() as connection:
        known = sessions.of(connection, own.person.number, found.people.door.idle)
    return SessionList(
        sessions=[
            SessionOut(
                number=one.number,
                means=one.means,
                created_at=one.created_at,
                seen_at=one.seen_at,
                expires_at=one.expires_at,
                is_current=one.number == own.number,
            )
            for one in known
        ]
    )


@router.get("/jeton", summary="Jeton à joindre à ce qui modifie")
def get_token(own: SessionDep, request: Request) -> TokenOut:
    """What a script of our own pages sends in ``X-Jeton``; another site can't read it."""
    return TokenOut(token=secrets.token_of(cookies.read(request, cookies.SESSION) or ""))


@router.delete("/{numero}", status_code=204, summary="Terminer une de mes sessions")
def end_session(own: SessionDep, found: ServicesDep, numero: NumberInPath) -> Response:
    """It opens nothing any more, at once; somebody else's does not exist."""
    with found.database.identifying() as connection:
        sessions.end(connection, own.person.number, numero)
    return Response(status_code=204)
