from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_login import UserMixin
from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.access import Role
from portal.core.activity import BigId
from portal.core.db import Base, LabelType, Moment, db
from portal.core.i18n import Named
from portal.core.labels import Label


class Theme(Label):
    AUTO = "auto", _l("As the device")
    LIGHT = "light", _l("Light")
    DARK = "dark", _l("Dark")


team_area = Table(
    "team_area", Base.metadata,
    Column("team_id", ForeignKey("team.id", ondelete="CASCADE"), primary_key=True),
    Column("area_id", ForeignKey("area.id", ondelete="CASCADE"), primary_key=True),
)


class Area(Named, db.Model):
    """Part of town that a team serves. Region codes (GB/T 2260 districts) lead from an address to it."""

    __tablename__ = "area"
    seldom = True

    id: Mapped[int] = mapped_column(primary_key=True)
    regions: Mapped[str] = mapped_column(String(400), default="")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}


class Team(Named, db.Model):
    __tablename__ = "team"
    seldom = True

    id: Mapped[int] = mapped_column(primary_key=True)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    areas: Mapped[list[Area]] = relationship(secondary=team_area, order_by=Area.position)
    members: Mapped[list["TeamMember"]] = relationship(back_populates="team", cascade="all, delete-orphan")
    __mapper_args__ = {"version_id_col": version}


class TeamMember(db.Model):
    """A person's place in a team; `leads`: oversees it as supervisor."""

    __tablename__ = "team_member"
    seldom = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    leads: Mapped[bool] = mapped_column(default=False)
    team: Mapped[Team] = relationship(back_populates="members")
    person: Mapped["Person"] = relationship(back_populates="memberships")


class PersonRole(db.Model):
    __tablename__ = "person_role"
    seldom = True

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(LabelType(Role), primary_key=True)


class Person(UserMixin, db.Model):
    """Somebody with an account. `kind` makes it an actor of activities."""

    __tablename__ = "person"
    seldom = True
    kind = "person"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    initials: Mapped[str] = mapped_column(String(20), default="", index=True)
    phone: Mapped[str | None] = mapped_column(String(20), unique=True)
    email: Mapped[str | None] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None] = mapped_column(Moment)
    active: Mapped[bool] = mapped_column(default=True)
    company_wide: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str | None] = mapped_column(String(10))
    theme: Mapped[Theme] = mapped_column(LabelType(Theme), default=Theme.AUTO)
    keys_on: Mapped[bool] = mapped_column(default=True)
    last_role: Mapped[Role | None] = mapped_column(LabelType(Role))
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_seen_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)

    role_rows: Mapped[list[PersonRole]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    memberships: Mapped[list[TeamMember]] = relationship(back_populates="person", cascade="all, delete-orphan", lazy="selectin")
    __mapper_args__ = {"version_id_col": version}

    @property
    def roles(self) -> frozenset[Role]:
        held = vars(self).get("held_roles")  # of one who is only read: see `keep_roles`
        return frozenset(row.role for row in self.role_rows) if held is None else held

    def keep_roles(self) -> None:
        """For a record that belongs to no session: a page asks for the roles some fifty times."""
        vars(self)["held_roles"] = self.roles

    @property
    def team_ids(self) -> frozenset[int]:
        return frozenset(m.team_id for m in self.memberships)

    @property
    def led_team_ids(self) -> frozenset[int]:
        """Teams this person oversees."""
        return frozenset(m.team_id for m in self.memberships if m.leads)

    @property
    def is_active(self) -> bool:
        return self.active

    @property
    def role(self) -> Role | None:
        """The role used last, if still held; else the first one held."""
        if self.last_role in self.roles:
            return self.last_role
        return next((r for r in Role if r in self.roles), None)


NAMED = ("id", "name", "initials", "active")  # what is kept of everybody whose name is shown


class SignedInSession(db.Model):
    """One sign-in on one device. The cookie holds a token, this table its hash: sessions are listed and revocable."""

    __tablename__ = "signed_in_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    address: Mapped[str] = mapped_column(String(45), default="")
    device: Mapped[str] = mapped_column(String(200), default="")
    person: Mapped[Person] = relationship(lazy="joined")

    @property
    def device_words(self) -> str:
        """Browser and system in two words: Chrome, Windows. Empty for what nobody would recognise."""
        browser = next((word for mark, word in _BROWSERS if mark in self.device), "")
        system = next((word for mark, word in _SYSTEMS if mark in self.device), "")
        return ", ".join(filter(None, (browser, system)))


_BROWSERS = (("MicroMessenger", "WeChat"), ("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"))


class ResetLink(db.Model):
    """A one-time address to set a new password, made by an administrator."""

    __tablename__ = "reset_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ends_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
