"""Builds the pinyin keyboard's dictionary for librime into assets/pinyin/built: the words of repairs in
front of those of Debian's rime-data-luna-pinyin. ``python tools/build_pinyin.py``; needs librime-bin."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "assets" / "pinyin"
TARGET = SOURCE / "built"
SHARED = Path("/usr/share/rime-data")
NEEDED = ("luna_pinyin.dict.yaml", "essay.txt")
WEIGHT = 2_000_000  # above every word of luna_pinyin's
HEAD = """---
name: lobbypay
version: "1"
sort: by_weight
use_preset_vocabulary: true
import_tables:
  - luna_pinyin
...

"""


def main() -> int:
    here = all((SHARED / name).is_file() for name in NEEDED)
    if not here or not shutil.which("rime_deployer"):
        print("build_pinyin: no librime here; the keyboard uses its word list", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "build").mkdir()
        shutil.copy(SOURCE / "lobbypay.schema.yaml", place)
        for name in NEEDED:
            shutil.copy(SHARED / name, place)
        words = (SOURCE / "words.tsv").read_text("utf-8").splitlines()
        lines = [f"{line}\t{WEIGHT}" for line in words]
        (place / "lobbypay.dict.yaml").write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
        compile_schema = ["rime_deployer", "--compile", str(place / "lobbypay.schema.yaml")]
        done = subprocess.run(
            [*compile_schema, folder, str(SHARED), str(place / "build")],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or not (place / "build" / "lobbypay.table.bin").is_file():
            print(done.stderr[-2000:], file=sys.stderr)
            return 1
        shutil.rmtree(TARGET, ignore_errors=True)
        TARGET.mkdir()
        for path in sorted((place / "build").iterdir()):
            if path.suffix in (".bin", ".yaml"):
                shutil.copy(path, TARGET / path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
