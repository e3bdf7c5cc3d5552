"""Puts measured rows into the table of docs/performance.md (bench/run --record).

Each row is known by its first column: a row of the same name is replaced where it stands, a new one goes to the
end, and rows that this run did not measure stay. The text around the table is written by hand.
"""
import harness

PAGE = harness.ROOT / "docs/performance.md"
BEGIN, END = "<!-- figures: written by bench/run --record -->\n", "<!-- end of figures -->\n"
HEAD = ("| what | figure | floor | ratio | target | met | measured with |\n"
        "|---|---|---|---|---|---|---|\n")


def line_of(row):
    met = {"yes": "yes", "NO": "**no**", "-": ""}[row.verdict()]
    cells = [row.what, row.figure, row.floor, row.ratio, row.target, met, row.how]
    return "| " + " | ".join("" if cell == "-" else cell.replace("|", "/") for cell in cells) + " |"


def record(rows, about):
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    table, after = rest.split(END)
    known = [line for line in table.splitlines() if line.startswith("| ")][1:]
    lines = {line.split(" | ")[0][2:]: line for line in known}
    lines.update((row.what, line_of(row)) for row in rows)
    PAGE.write_text(before + BEGIN + f"Last run: {about.split(';')[0]}.\n\n" + HEAD
                    + "".join(line + "\n" for line in lines.values()) + END + after)
