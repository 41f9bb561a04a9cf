#!/usr/bin/python3
"""The linter finds what it is there for: each planted violation is named, and its lawful twin is not."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import arrows  # noqa: E402
import lint  # noqa: E402

# (file, content, part of the complaint)
PLANTED = [
    ("control/core/plan.cpp", "#include <zmq.hpp>\n", "control/core may not include <zmq.hpp>"),
    ("control/core/plan.cpp", "#include <thread>\n", "pure"),
    ("control/core/plan.cpp", '#include "control/store/store.h"\n', "no arrow from control/core to control/store"),
    ("control/core/plan.cpp", "auto t = std::chrono::steady_clock::now();\n", "pure"),
    ("control/core/plan.cpp", "#include <unistd.h>\n", "may not include <unistd.h>"),
    ("agent/core/plan.cpp", "#include <random>\n", "pure"),
    ("agent/core/plan.cpp", "#include <QString>\n", "may not include <QString>"),
    ("agent/core/plan.cpp", '#include "control/store/store.h"\n', "no arrow"),
    ("agent/service/loop.cpp", '#include "control/store/store.h"\n', "no arrow"),
    ("control/service/handlers.cpp", '#include "drover/v1/api.pb.h"\n', "may not include <drover/v1/api.pb.h>"),
    ("control/service/handlers.cpp", "#include <zmq.h>\n", "may not include <zmq.h>"),
    ("control/service/handlers.cpp", "#include <sqlite3.h>\n", "may not include <sqlite3.h>"),
    ("bus/transport/reactor.cpp", '#include "proto/model/id.h"\n', "no arrow from bus/transport to proto/model"),
    ("bus/transport/reactor.cpp", "#include <QThread>\n", "may not include <QThread>"),
    ("cli/commands/create.cpp", '#include "proto/codec/codec.h"\n', "no arrow"),
    ("cli/commands/create.cpp", '#include "codec.h"\n', "includes start at its root"),
    ("cli/commands/create.cpp", "#include <proto/model/id.h>\n", "in quotes"),
    ("cellar/new.cpp", "#include <string>\n", "no row for cellar"),
    ("proto/model/id2.h", "int x();\n", "#pragma once"),
    ("proto/model/id2.h", "#pragma once\nusing namespace std;\n", "using namespace"),
    ("proto/model/long.cpp", "\n" * (arrows.MAXIMUM_LINES + 1), "justify"),
    ("agent/service/loop.cpp", "std::this_thread::sleep" "_for(1s);\n", "fixed sleep"),
    ("tests/functional/tour.py", "time.sl" "eep(1)\n", "fixed sleep"),
    ("resources/x.sh", "sl" "eep 1\n", "fixed sleep"),
    ("agent/service/loop.cpp", "// TO" "DO: later\n", "note to self"),
    ("docs/a.md", "see /wo" "rk/shared\n", "path of one machine"),
    ("resources/x.sh", "if true\n", "bash"),
    ("docs/a.md", "[that](b.md)\n", "leads nowhere"),
    ("proto/model/id2.h", "#pragma once\n  int  x( );\n", "not formatted"),
]

LAWFUL = [
    ("control/core/plan.cpp", '#include "proto/model/id.h"\n#include <map>\n#include <chrono>\n// TimePoint is passed in\n'),
    ("control/store/sqlite.cpp", '#include "control/core/plan.h"\n#include <sqlite3.h>\n#include <sys/stat.h>\n'),
    ("proto/codec/codec.cpp", '#include "proto/codec/codec.h"\n#include "drover/v1/api.pb.h"\n'),
    ("bus/transport/reactor.cpp", "#include <zmq.hpp>\n#include <thread>\n#include <unistd.h>\n"),
    ("cli/output/json.cpp", '#include "proto/codec/codec.h"\n'),
    ("docs/a.md", "[this](a.md) and [there](https://example.org/x)\n"),
    ("tests/unit/model/tst_id.cpp", '#include "proto/model/id.h"\n#include <QTest>\n#include "tst_id.moc"\n'),
]

# The smallest tree in which the includes above mean something.
TREE = {
    ".clang-format": "BasedOnStyle: LLVM\nSortIncludes: Never\nColumnLimit: 120\n",
    "proto/model/id.h": "#pragma once\n",
    "proto/codec/codec.h": "#pragma once\n",
    "control/core/plan.h": "#pragma once\n",
    "control/store/store.h": "#pragma once\n",
}


class LintTest(unittest.TestCase):
    def violations_with(self, path, content):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**TREE, path: content}.items():
                file = Path(folder, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            return lint.violations(folder)

    def test_planted_violations_are_named(self):
        for path, content, part in PLANTED:
            with self.subTest(path=path, content=content[:60]):
                found = self.violations_with(path, content)
                self.assertTrue(any(line.startswith(path) and part in line for line in found), found)

    def test_lawful_files_are_left_alone(self):
        for path, content in LAWFUL:
            with self.subTest(path=path):
                self.assertEqual(self.violations_with(path, content), [])

    def test_an_empty_tree_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(len(lint.violations(folder)), 1)

    def test_built_folders_are_not_read(self):
        self.assertEqual(self.violations_with("build-x/control/core/plan.cpp", "#include <zmq.hpp>\n"), [])

    def test_exceptions_name_files_that_exist_and_need_them(self):
        root = Path(__file__).resolve().parents[2]
        for path in arrows.LONG_FILES:
            with self.subTest(path=path):
                self.assertGreater(len((root / path).read_text().splitlines()), arrows.MAXIMUM_LINES)


if __name__ == "__main__":
    unittest.main()
