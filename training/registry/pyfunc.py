"""How MLflow loads a registered model: ``mlflow.pyfunc.load_model("models:/lapse@champion").predict(frame)``.

The frame's columns are the model's features. The service does not come this way: it reads the same two text files.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from features.arrays import Floats
from training.learners.model import Model

with warnings.catch_warnings(action="ignore"):  # MLflow 3.17 warns of type hints of its own while it is imported
    import mlflow.models
    from mlflow.pyfunc.model import PythonModel, PythonModelContext


class Scores(PythonModel):
    """Calibrated scores of a frame of features."""

    def load_context(self, context: PythonModelContext) -> None:
        """Read the model's files."""
        self.model = Model.load(Path(context.artifacts["model"]))

    def predict(
        self,
        context: PythonModelContext,  # noqa: ARG002
        model_input: pd.DataFrame,
        params: dict[str, object] | None = None,  # noqa: ARG002
    ) -> Floats:
        """One score a row."""
        return self.model.predict(model_input[list(self.model.feature_names)].to_numpy(np.float64))


mlflow.models.set_model(Scores())
