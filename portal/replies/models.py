from __future__ import annotations

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.catalogue.models import Category
from portal.core.db import db, reference


class ReplyTemplate(db.Model):
    """Words with {places} that the ticket fills in. With a category it stands first on tickets of that problem."""

    __tablename__ = "reply_template"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    body: Mapped[str] = mapped_column(Text)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    category: Mapped[Category | None] = reference(category_id)
    __mapper_args__ = {"version_id_col": version}
