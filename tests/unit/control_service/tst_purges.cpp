// What is seen of a dataset between its purge and the end of its last copy.

#include "tests/unit/control_service/one_agent.h"

using namespace drover;
using namespace drover::model;
using namespace drover::control;
using namespace drover::control::service::test;

class TestPurges : public QObject, private OneAgent
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

    void aPurgeIsSeenUntilItsLastCopyIsGone()
    {
        m_agent->join();
        makeMounted("web");
        QVERIFY(m_agent->client->nextBatch()); // that it is never made anew
        makeMounted("other");
        const DatasetId id = show("web").record.id;
        const auto counts = [&] { return m_admin->get<StatusResult>(StatusGet{}); };
        const auto deleted = [&](std::uint32_t limit) {
            DatasetList list;
            list.deleted = true;
            list.page.limit = limit;
            std::vector<DatasetId> ids;
            do {
                const auto page = m_admin->get<DatasetListResult>(list);
                for (const DatasetView& view : page.datasets)
                    ids.push_back(view.record.id);
                list.page.after = page.next;
            } while (!list.page.after.empty());
            return ids;
        };
        DatasetDelete remove;
        remove.dataset = named("web");
        QCOMPARE(codeOf(write(remove)), kOk);
        // In the trash it is in sync or not, and none of the living.
        StatusResult status = counts();
        QCOMPARE(status.inSync + status.converging + status.blocked, status.datasets);
        QCOMPARE(status.datasets, std::uint64_t{1});
        QCOMPARE(status.deleted, std::uint64_t{1});
        QCOMPARE(codeOf(write(DatasetPurge{named("web")})), kOk);
        status = counts();
        QCOMPARE(status.inSync + status.converging + status.blocked, status.datasets);
        QCOMPARE(status.deleted, std::uint64_t{0});
        QCOMPARE(status.purging, std::uint64_t{1});
        const auto isShown = [&](const DatasetRef& ref) {
            const auto reply = m_admin->ask(m_admin->request(DatasetGet{ref}));
            if (reply.error)
                return false;
            const DatasetView& view = std::get<DatasetListResult>(reply.body).datasets.front();
            return view.record.id == id && view.record.header.name == "web" &&
                   view.record.deletion && view.ledger && view.ledger->purgeCommitted &&
                   view.status.sync == Sync::Converging && !view.status.conditions.empty();
        };
        QVERIFY(isShown(named("web")));
        QVERIFY(isShown({id, {}}));
        QCOMPARE(codeOf(write(DatasetUndelete{{id, {}}, {}})), ErrorCode::NotFound);
        // The trash is listed in pages, both kinds of it.
        remove.dataset = named("other");
        QCOMPARE(codeOf(write(remove)), kOk);
        QCOMPARE(deleted(1).size(), std::size_t{2});
        QVERIFY(deleted(1) == deleted(0));
        // The name is free; whoever has it now is who is meant by it.
        QCOMPARE(codeOf(write(on("web", "n1"))), kOk);
        QVERIFY(show("web").record.id != id);
        QVERIFY(isShown({id, {}}));
        m_agent->connect(); // it missed what it was told meanwhile
        m_agent->obey(m_agent->join());
        const Reply gone = m_admin->ask(m_admin->request(DatasetGet{{id, {}}}));
        QCOMPARE(codeOf(gone), ErrorCode::NotFound);
        QCOMPARE(counts().purging, std::uint64_t{0});
        QCOMPARE(deleted(0).size(), std::size_t{1});
    }
};

QTEST_APPLESS_MAIN(TestPurges)
#include "tst_purges.moc"
