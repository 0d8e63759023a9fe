"""The model as arrays: one function a row family."""
