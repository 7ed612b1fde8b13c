"""The tutorial way, to compare with: FastAPI, SQLModel sessions, response models, JWT, PostgreSQL.

As the tutorials of FastAPI and SQLModel write it, with the relations loaded by selectinload, which
costs the least of what they offer. Run as a module it serves on PORT the database that TUTORIAL_URL names.
"""

import os
from collections.abc import Iterator
from typing import Annotated, Any

import sqlalchemy as sa
import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from jose import JWTError, jwt
from sqlalchemy.orm import selectinload
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select

from bench.data import GeneratedTerm

SECRET = "not a secret"
METADATA = sa.MetaData()
oauth2 = OAuth2PasswordBearer(tokenUrl="token")


class User(SQLModel, table=True):
    metadata = METADATA
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, index=True)


class LabelBase(SQLModel):
    language: str
    kind: str
    value: str
    forms: list[str] = Field(sa_type=sa.JSON)
    reason: str | None = None


class TutorialLabel(LabelBase, table=True):
    metadata = METADATA
    id: int | None = Field(default=None, primary_key=True)
    term_id: str = Field(foreign_key="tutorialterm.id", index=True)
    term: "TutorialTerm" = Relationship(back_populates="labels")


class DefinitionBase(SQLModel):
    language: str
    audience: str
    style: str
    text: str
    source: str | None = None


class TutorialDefinition(DefinitionBase, table=True):
    metadata = METADATA
    id: int | None = Field(default=None, primary_key=True)
    term_id: str = Field(foreign_key="tutorialterm.id", index=True)
    term: "TutorialTerm" = Relationship(back_populates="definitions")


class RelationBase(SQLModel):
    kind: str
    target: str


class TutorialRelation(RelationBase, table=True):
    metadata = METADATA
    id: int | None = Field(default=None, primary_key=True)
    term_id: str = Field(foreign_key="tutorialterm.id", index=True)
    term: "TutorialTerm" = Relationship(back_populates="relations")


class TermBase(SQLModel):
    id: str = Field(primary_key=True)
    domain: str
    status: str = "approved"
    version: str = "1.0"


class TutorialTerm(TermBase, table=True):
    metadata = METADATA
    labels: list[TutorialLabel] = Relationship(back_populates="term")
    definitions: list[TutorialDefinition] = Relationship(back_populates="term")
    relations: list[TutorialRelation] = Relationship(back_populates="term")


class TermPublic(TermBase):
    labels: list[LabelBase]
    definitions: list[DefinitionBase]
    relations: list[RelationBase]


def fill(url: str, terms: list[GeneratedTerm]) -> str:
    """Make the tables and their rows; give a token of the one user."""
    engine = create_engine(url)
    METADATA.create_all(engine)
    rows: dict[Any, list[dict[str, Any]]] = {
        User: [{"name": "anna"}],
        TutorialTerm: [{"id": term.id, "domain": term.content["domain"]} for term in terms],
        TutorialLabel: [{"term_id": term.id, **label} for term in terms for label in term.content["labels"]],
        TutorialDefinition: [{"term_id": term.id, **row} for term in terms for row in term.content["definitions"]],
        TutorialRelation: [
            {"term_id": term.id, "kind": kind, "target": target}
            for term in terms
            for kind in ("broader", "related")
            for target in term.content[kind]
        ],
    }
    with Session(engine) as session:
        for table, values in rows.items():
            session.execute(sa.insert(table), values)
        session.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
    engine.dispose()
    token: str = jwt.encode({"sub": "anna"}, SECRET, algorithm="HS256")
    return token


def tutorial_app(url: str) -> FastAPI:
    app, engine = FastAPI(), create_engine(url)

    def get_session() -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    def get_user(session: Annotated[Session, Depends(get_session)], token: Annotated[str, Depends(oauth2)]) -> User:
        try:
            name = jwt.decode(token, SECRET, algorithms=["HS256"])["sub"]
        except JWTError:
            raise HTTPException(401) from None
        user = session.exec(select(User).where(User.name == name)).first()
        if user is None:
            raise HTTPException(401)
        return user

    @app.get("/ready")
    def ready() -> None:
        pass

    @app.get("/terms/{term_id}", response_model=TermPublic, dependencies=[Depends(get_user)])
    def get_term(term_id: str, session: Annotated[Session, Depends(get_session)]) -> TutorialTerm:
        relations: tuple[Any, ...] = (TutorialTerm.labels, TutorialTerm.definitions, TutorialTerm.relations)
        query = select(TutorialTerm).where(TutorialTerm.id == term_id)
        term = session.exec(query.options(*map(selectinload, relations))).first()
        if term is None:
            raise HTTPException(404)
        return term

    return app


if __name__ == "__main__":
    uvicorn.run(
        tutorial_app(os.environ["TUTORIAL_URL"]),
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        access_log=False,
    )
