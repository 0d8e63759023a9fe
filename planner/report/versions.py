"""The packages whose versions a run names, because its figures may depend on them."""

PACKAGES = (
    "highspy", "jinja2", "markupsafe", "matplotlib", "numpy", "pandas", "pulp", "pydantic", "python-docx", "pyyaml", "rich", "scipy", "xlsxwriter",
)  # fmt: skip
