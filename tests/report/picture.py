"""Takes pictures of a report in Chromium: the one in README, and others to be looked at. `scripts/picture` calls it.

    venv/bin/python tests/report/picture.py --page report.html --out docs/report.png [--folder FOLDER]
"""

import argparse
import pathlib
import shutil

from browser import Browser

WIDTHS, SCHEMES = (1280, 390), ("light", "dark")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", required=True, type=pathlib.Path, help="the report, as `orgcensus report` wrote it")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="the picture of its top")
    parser.add_argument("--folder", type=pathlib.Path, help="for the page, and its top at two widths, light and dark")
    arguments = parser.parse_args()
    with Browser() as browser:
        browser.open(arguments.page).picture(arguments.out)
        if arguments.folder:
            arguments.folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(arguments.page, arguments.folder)
            for width in WIDTHS:
                for scheme in SCHEMES:
                    page = browser.open(arguments.page, width=width, scheme=scheme)
                    page.picture(arguments.folder / f"report-{width}-{scheme}.png")


if __name__ == "__main__":
    main()
