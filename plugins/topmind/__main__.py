"""`python -m topmind`: the same as `topmind`."""

from topmind.cli import main

main()
