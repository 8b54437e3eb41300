"""Keep what control arms held back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("choices", sa.Column("kind", sa.Text(), nullable=False, server_default="decision"))
    op.add_column("choices", sa.Column("arm", sa.Text(), nullable=True))
