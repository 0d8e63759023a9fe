"""Pictures of a page, drawn as SVG from figures that are given; nothing here knows what the figures are about."""
