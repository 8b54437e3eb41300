"""Why a model that was trained is not used, beside what the gate finds in its scores."""
