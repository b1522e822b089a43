"""Lets `python -m onering` be the command `onering`."""

from onering.cli import main

main()
