"""The finance workbook, sheet by sheet."""
