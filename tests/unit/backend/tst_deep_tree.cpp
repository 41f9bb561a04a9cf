// Whoever may write to a dataset can make folders in folders without end: that must not end the
// agent, nor keep what is to be removed from being removed.

#include "agent/backend/support/depth.h"
#include "agent/backend/support/usage_counter.h"
#include "agent/backend/transfer/tree_scan.h"
#include "agent/backend/transfer/wire.h"
#include "tests/support/backend/channel_pair.h"

#include <QtTest>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::tests {

using namespace agent::backend;

class TestDeepTree : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        // An agent has all that it may have: the bus raises the limit.
        rlimit limit{};
        QVERIFY(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
        limit.rlim_cur = limit.rlim_max;
        QVERIFY(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    }

    void aTreeWithoutEndIsRefusedAndCanBeRemoved()
    {
        QTemporaryDir dir;
        const std::string top = dir.path().toStdString();
        makeChain(top, "chain", 10'000);
        makeChain(top + "/chain", "beside", 1'500);
        const auto folder = openFolder(top);
        QVERIFY(folder.ok());
        const auto scanned = scanTree(folder->get(), Fidelity{false}, {});
        QVERIFY(!scanned && scanned.error().code == model::ErrorCode::Unsupported);
        UsageCounter counter;
        const model::CopyId copy{model::Uuid{{1}}};
        static_cast<void>(counter.lookup(copy, top));
        counter.waitUntilIdle();
        const auto removed = removeTree(folder->get(), "chain");
        QVERIFY2(removed.ok(), removed ? "" : removed.error().message.c_str());
        QVERIFY(listFolder(folder->get())->empty());
    }

    void aTreeOfTheLargestDepthIsFollowed()
    {
        QTemporaryDir dir;
        const std::string top = dir.path().toStdString();
        makeChain(top, "chain", static_cast<int>(kMaximumDepth));
        const auto folder = openFolder(top);
        QVERIFY(folder.ok());
        const auto scanned = scanTree(folder->get(), Fidelity{false}, {});
        QVERIFY2(scanned.ok(), scanned ? "" : scanned.error().message.c_str());
        QCOMPARE(scanned->size(), kMaximumDepth + 1);
        QVERIFY(removeTree(folder->get(), "chain").ok());
    }

    void theReasonOfAFailureArrives()
    {
        ChannelPair pair;
        std::string reason = "x";
        for (int i = 0; i < 4000; ++i)
            reason += "\xc3\xa9"; // cut somewhere, but not within a character
        sendFailure(pair.sender(), {model::ErrorCode::Io, reason, {}, {}});
        const auto told = readMessage(pair.receiver());
        QVERIFY(!told && told.error().message.find("\xc3\xa9") != std::string::npos);
    }

private:
    static void makeChain(const std::string& top, const std::string& first, int levels)
    {
        Fd at(::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        std::string name = first;
        for (int i = 0; i < levels; ++i) {
            QVERIFY(::mkdirat(at.get(), name.c_str(), 0755) == 0);
            at = Fd(::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
            QVERIFY(at.valid());
            name = "d";
        }
    }
};

} // namespace drover::tests

QTEST_APPLESS_MAIN(drover::tests::TestDeepTree)
#include "tst_deep_tree.moc"
