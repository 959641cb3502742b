"""The Pelican plugin that turns the catalog into the resource site."""
