"""Figures from labelled data that lies outside the project: `MESH_EVAL_DATA`, or `../shared/data` beside it.

The scorers that lie with the data start `mesh understand` themselves and speak JSON lines with it.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from stdnum import iban, luhn

ROOT: Final = Path(__file__).resolve().parents[2]
SETS: Final = {name: f"{name}.dev.jsonl" for name in ("intent", "oos", "sentiment", "injection", "pii")}
SHORTEST_CARD: Final = 13
Result = Mapping[str, Any]


def data_folder() -> Path | None:
    named = os.environ.get("MESH_EVAL_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    return folder if (folder / "score").is_dir() else None


def understands(what: str) -> bool:
    """Whether `mesh understand` has this part."""
    asked = subprocess.run(
        _command(what), input=b'{"id": 0, "text": "hello"}\n', capture_output=True, check=False, cwd=ROOT
    )
    return asked.returncode == 0 and asked.stdout.strip().startswith(b"{")


def scored(what: str, folder: Path, *, errors: int = 0) -> dict[str, float]:
    """The figures of one part; nothing when its set is not there."""
    rows = folder / SETS[what]
    if not rows.exists():
        return {}
    with tempfile.TemporaryDirectory() as place:
        told = Path(place) / "result.json"
        command = [
            sys.executable, str(folder / "score" / f"score_{what}.py"), "--cmd", shlex.join(_command(what)),
            "--data", str(rows), "--batch", "--json", str(told), "--errors", str(errors),
        ]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if errors:
            print(done.stderr)
        return FIGURES[what](json.loads(told.read_text())) if told.exists() else {}


def redaction_leaks(folder: Path) -> float:
    """Valid card numbers, IBANs and e-mail addresses of the set that are still in the text after redaction."""
    rows = _rows(folder / SETS["pii"])
    answers = asked("pii", [row["text"] for row in rows])
    left = 0
    for row, answer in zip(rows, answers, strict=True):
        kept = _plain(answer.get("redacted", row["text"]))
        left += sum(_plain(one["value"]) in kept for one in row["entities"] if _counts(one))
    return float(left)


def blocked_replies(folder: Path, *, errors: int = 0) -> float:
    """The share of benign lines of other shops' agents that would not go out, in percent."""
    texts = [row["text"] for row in _rows(folder / "agent_reply_allowed.dev.jsonl")]
    stopped = [
        text for text, answer in zip(texts, asked("guardrail", texts), strict=True) if answer["label"] == "blocked"
    ]
    for text in stopped[:errors]:
        print(f"blocked: {text[:200]}")
    return 100 * len(stopped) / len(texts)


def asked(what: str, texts: list[str]) -> list[dict[str, Any]]:
    """The answers of `mesh understand`, one for each text."""
    lines = "".join(json.dumps({"id": place, "text": text}) + "\n" for place, text in enumerate(texts))
    done = subprocess.run(_command(what), input=lines, cwd=ROOT, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]


def _command(what: str) -> list[str]:
    # Not by the name `mesh`: what is judged is this tree, whatever is installed.
    return [sys.executable, "-c", "from workers.understand import understand; understand()", what]


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _counts(entity: Result) -> bool:
    """Whether this must never be left: an address, or a number that its checksum proves."""
    value, kind = str(entity.get("value") or ""), entity["type"]
    digits = "".join(filter(str.isdigit, value))
    match kind:
        case "EMAIL_ADDRESS":
            return "@" in value
        case "CREDIT_CARD":
            return len(digits) >= SHORTEST_CARD and bool(luhn.is_valid(digits))
        case "IBAN_CODE":
            return bool(iban.is_valid(value))
        case _:
            return False


def _plain(text: str) -> str:
    return "".join(text.lower().split()).replace("-", "")


def _intent(found: Result) -> dict[str, float]:
    return {
        "intent accuracy, all rows": 100 * found["accuracy"],
        "intent accuracy, human rows": 100 * found["human_accuracy"],
        "intent accuracy, HINT3 rows": 100 * found["by_source"]["hint3"][0],
        "intent calibration error": found["ece"],
        "intent accuracy on the surest 80%": 100 * found["accuracy_at_coverage"]["80%"],
    }


FIGURES: Final[dict[str, Callable[[Result], dict[str, float]]]] = {
    "intent": _intent,
    "oos": lambda found: {"out of scope: recall at 5% false alarms": 100 * found["recall_at_5pct_false_alarm"]},
    "sentiment": lambda found: {"sentiment macro-F1": found["macro_f1"]},
    "injection": lambda found: {
        "injection recall at 1% false alarms on customers": 100 * found["recall_at_1pct_customer"],
        "injection false alarms on NotInject": 100 * found["notinject_false_alarm_at_that_threshold"],
    },
    "pii": lambda found: {
        "personal data: rows found": 100 * found["row_recall"],
        "personal data: false alarms": 100 * found["row_false_alarm"],
    },
}
"""What is read from the result of each scorer."""
