"""``python -m initiative_lod`` is the command ``initiative-lod``."""

from initiative_lod.cli import main

if __name__ == "__main__":
    main()
