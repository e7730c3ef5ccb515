"""``python -m observatoire``."""

from observatoire.bootstrap import main

if __name__ == "__main__":
    main()
