"""`python -m podloom`."""

from podloom.cli import main

if __name__ == "__main__":
    main()
