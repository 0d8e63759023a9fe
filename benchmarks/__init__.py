"""Speed and scale, measured side by side. Nothing here is part of the program; the tests run only the smoke modes."""
