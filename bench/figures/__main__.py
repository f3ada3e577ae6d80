"""`python -m bench.figures`: write the page and the quotes anew from `bench/results.json`, without measuring."""

from bench.figures import page, quotes
from bench.figures.results import Results

if __name__ == "__main__":
    found = Results.read()
    page.write(found)
    quotes.write(found)
