"""An answer re-added from its tables and the inputs, apart from the model."""
