"""How stores of earlier versions become what this one reads: one revision after the other, by Alembic."""
