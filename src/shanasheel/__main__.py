"""`python -m shanasheel` is `shanasheel`."""

from shanasheel.cli import main

main()
