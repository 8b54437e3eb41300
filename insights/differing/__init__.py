"""What those who went on from a step differ in from those who were dropped."""
