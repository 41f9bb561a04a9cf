"""Who may include what: the arrows of DESIGN, "The house", as a table.

A folder is a target. The longest folder that holds a file is its row; a file without a row is a violation, so that a new room
cannot come without its arrows. Includes of the C++ standard library are free, except where a room is pure.
"""

from dataclasses import dataclass

# Headers of the standard library (C++20 and the C names that C++ has), without those below.
STANDARD = frozenset("""
algorithm any array bit bitset cassert cctype cerrno charconv chrono cinttypes climits cmath compare concepts csignal cstddef
cstdint cstdio cstdlib cstring ctime deque exception execution filesystem format forward_list fstream functional
initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory memory_resource mutex new
numbers numeric optional ostream queue random ranges ratio regex scoped_allocator semaphore set shared_mutex span sstream stack
stdexcept stop_token streambuf string string_view system_error thread tuple type_traits typeindex typeinfo unordered_map
unordered_set utility valarray variant vector version atomic barrier condition_variable future source_location coroutine
""".split())

# What a pure room may not see: clocks are caught by name (PURE_WORDS), since <chrono> also has durations.
IMPURE = frozenset("""
atomic barrier condition_variable csignal ctime filesystem fstream future iostream latch mutex random semaphore
shared_mutex stop_token thread
""".split())

# Names whose use needs a clock, the environment, chance or a process; refused in pure rooms.
PURE_WORDS = (
    r"_clock::now\s*\(", r"\bstd::time\s*\(", r"\bgetenv\s*\(", r"\bs?rand\s*\(", r"\bsystem\s*\(", r"\bf?open\s*\(",
    r"\bstd::(cout|cerr|cin)\b", r"\b(f?printf|puts|f(gets|read|write))\s*\(",
)


@dataclass(frozen=True)
class Room:
    """One row of the table.

    own: project folders it may include from, besides itself. other: third-party headers, by prefix ("x/" a folder, "x" a header).
    system: the kernel's and libc's headers are allowed. pure: see IMPURE.
    """
    own: tuple = ()
    other: tuple = ()
    system: bool = False
    pure: bool = False


QT_CORE = ("QtCore/", "QCoreApplication", "QProcess", "QSaveFile", "QStandardPaths", "QObject", "QString", "QByteArray", "QFile",
           "QDir", "QTemporaryDir", "QLockFile", "QTimer", "QThread", "QLocalServer", "QLocalSocket", "QFileInfo", "QSocketNotifier")
QT_TEST = QT_CORE + ("QtTest", "QTest", "QSignalSpy", "QTemporaryFile", "QAbstractItemModelTester", "QRegularExpression",
                     "QElapsedTimer", "QRandomGenerator", "QJsonArray", "QJsonDocument", "QJsonObject",
                     "QDirIterator", "QStringList", "QHash", "QSet", "QVector", "QList")
QT_GUI = ("QtCore/", "QtGui/", "Q")
PROTOBUF = ("google/protobuf/", "drover/v1/", "drover/store/v1/")
ZMQ = ("zmq.h", "zmq.hpp", "zmq_addon.hpp")
MODEL = ("proto/model",)
PROGRAM = ("CLI/", "yaml-cpp/", "nlohmann/")

ROOMS = {
    "proto/model": Room(pure=True),
    "proto/codec": Room(own=MODEL, other=PROTOBUF + ("sodium.h", "nlohmann/")),

    "bus/transport": Room(other=ZMQ, system=True),
    "bus/memory": Room(own=("bus/transport",)),
    "bus/client": Room(own=("bus/transport", "proto/codec") + MODEL),
    "bus/contexts": Room(own=("bus/client", "bus/transport") + MODEL, other=("sodium.h", "yaml-cpp/"), system=True),

    "control/core": Room(own=MODEL, pure=True),
    "control/store": Room(own=("control/core", "proto/codec") + MODEL, other=("sqlite3.h", "sodium.h"), system=True),
    "control/service": Room(own=("control/core", "control/store", "bus/transport", "proto/codec") + MODEL, other=QT_CORE,
                            system=True),
    "control": Room(own=("control/core", "control/store", "control/service", "bus/transport", "proto/codec") + MODEL,
                    other=PROGRAM + QT_CORE + ("sodium.h",), system=True),

    "agent/core": Room(own=MODEL, pure=True),
    "agent/backend": Room(own=MODEL, other=QT_CORE + ("archive.h", "archive_entry.h", "blkid/", "sodium.h", "nlohmann/"),
                          system=True),
    "agent/service": Room(own=("agent/core", "agent/backend", "bus/transport", "proto/codec") + MODEL,
                          other=QT_CORE + ("yaml-cpp/", "nlohmann/", "sodium.h", "sqlite3.h"), system=True),
    "agent": Room(own=("agent/core", "agent/backend", "agent/service", "bus/transport", "proto/codec") + MODEL,
                  other=PROGRAM + QT_CORE + ("sodium.h",), system=True),

    "gui/models": Room(own=MODEL, other=QT_GUI),
    "gui/bridge": Room(own=("gui/models", "bus/client", "bus/contexts", "bus/transport", "proto/codec") + MODEL, other=QT_GUI),
    "gui": Room(own=("gui", "bus/contexts") + MODEL, other=QT_GUI),

    # Only cli/output sees the codec: `--output json` is the schema's own mapping (docs/decisions/0003).
    "cli/commands": Room(own=("cli", "bus/client", "bus/contexts") + MODEL, other=PROGRAM + QT_CORE, system=True),
    "cli/output": Room(own=("cli", "bus/client", "bus/contexts", "proto/codec") + MODEL, other=PROGRAM, system=True),
    "cli": Room(own=("cli", "bus/client", "bus/contexts", "bus/transport") + MODEL, other=PROGRAM + QT_CORE, system=True),

    # Tests see the room that they test and everything it may see; they reach no transport and no encoding but through it.
    "tests/unit/model": Room(own=MODEL, other=QT_TEST),
    "tests/unit/codec": Room(own=("proto/codec", "tests/support") + MODEL, other=PROTOBUF + QT_TEST + ("nlohmann/",)),
    "tests/compat": Room(own=("proto/codec", "tests/support", "tests/unit/codec") + MODEL, other=PROTOBUF + QT_TEST),
    "tests/unit/bus": Room(own=("bus/transport", "bus/memory", "tests/support"), other=ZMQ + QT_TEST, system=True),
    "tests/unit/client": Room(own=("bus", "proto/codec", "tests/support") + MODEL, other=QT_TEST),
    "tests/unit/cli": Room(own=("cli", "bus", "proto/codec", "tests/support") + MODEL, other=QT_TEST + PROGRAM, system=True),
    "tests/unit/control_core": Room(own=("control/core", "tests/support") + MODEL, other=QT_TEST),
    "tests/unit/store": Room(own=("control", "proto/codec", "tests/support") + MODEL, other=QT_TEST + ("sqlite3.h",), system=True),
    "tests/unit/control_service": Room(own=("control", "bus", "proto/codec", "tests/support") + MODEL, other=QT_TEST, system=True),
    "tests/unit/agent_core": Room(own=("agent/core", "tests/support") + MODEL, other=QT_TEST),
    "tests/unit/backend": Room(own=("agent/backend", "tests/support") + MODEL, other=QT_TEST + ("nlohmann/",), system=True),
    "tests/unit/agent_service": Room(own=("agent", "bus", "proto/codec", "tests/support") + MODEL,
                                     other=QT_TEST + ("nlohmann/",), system=True),
    "tests/unit/gui_models": Room(own=("gui/models", "gui/bridge") + MODEL, other=QT_GUI),
    "tests/gui": Room(own=("gui", "bus/contexts") + MODEL, other=QT_GUI, system=True),
    "tests/sim": Room(own=("control", "agent", "bus/transport", "bus/memory", "bus/client", "proto/codec", "tests/support") + MODEL,
                      other=QT_TEST + PROGRAM),
    "tests/fuzz": Room(own=("agent", "bus", "cli", "control", "proto/codec", "tests/support", "tests/unit/codec") + MODEL,
                       other=PROTOBUF + ("nlohmann/", "sodium.h"), system=True),
    "tests/bench": Room(own=("control", "agent", "bus", "gui", "proto/codec", "tests/support") + MODEL, other=ZMQ + PROGRAM + QT_GUI,
                        system=True),
    "tests/functional": Room(own=("agent", "bus", "proto/codec", "tests/support") + MODEL, other=QT_TEST, system=True),
    "tests/support": Room(own=("agent", "bus", "control", "proto/codec") + MODEL, other=QT_TEST, system=True),
}

# Files that are let off one rule, each with the reason why.
IMPURE_FILES = {
    "proto/model/crash_point.h": "ends the program at a named point in tests; empty when built without crash points",
}
LONG_FILES = {
    "proto/model/api.h": "one struct per verb, and the whole list belongs on one page",
    "tests/unit/agent_core/fake_world.h": "one small world; its parts share everything",
    "tests/unit/agent_core/tst_agent_plan.cpp": "the table of goals and situations",
    "tests/unit/control_core/tst_recover.cpp": "the table of what a recovery may find",
    "tests/unit/store/tst_store_contract.cpp": "what every store promises, in one table",
}
MAXIMUM_LINES = 500
