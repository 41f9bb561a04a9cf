// A control service that is asked for more than it can answer, or by somebody who does not read.

#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"
#include "tests/unit/control_service/fixture.h"

#include <QTest>

using namespace drover;
using namespace drover::model;
using namespace drover::control;
using namespace drover::control::service::test;

namespace {

constexpr int kDatasets = 300;

bus::LinkFaults cutLink()
{
    bus::LinkFaults faults;
    faults.cut = true;
    return faults;
}

} // namespace

class TestCrowds : public QObject
{
    Q_OBJECT

    std::unique_ptr<Fixture> m_fixture;
    std::unique_ptr<TestClient> m_admin;
    std::unique_ptr<TestClient> m_viewer;

    // Nothing of what control sends to the viewer arrives, until the link is mended.
    void viewerStopsReading() { m_fixture->bus.setFaults("control", "host of viewer", cutLink()); }
    void viewerReads() { m_fixture->bus.setFaults("control", "host of viewer", {}); }
    std::vector<std::string> askForPages(TestClient& client, int count)
    {
        std::vector<std::string> ids;
        for (int i = 0; i < count; ++i) {
            const Request request = client.request(DatasetList{});
            ids.push_back(request.requestId);
            client.send(request);
        }
        return ids;
    }
    void settle() { m_fixture->world.runFor(bus::Duration{200}); }

private Q_SLOTS:
    // Datasets that fill a page of some hundred kilobytes.
    void init()
    {
        m_fixture = std::make_unique<Fixture>();
        m_admin = m_fixture->client("admin");
        m_viewer = m_fixture->client("viewer");
        Labels metadata;
        for (int i = 0; i < 8; ++i)
            metadata["notes" + std::to_string(i)] = std::string(250, 'x');
        for (int first = 0; first < kDatasets; first += 100) {
            Write write;
            for (int i = first; i < first + 100; ++i) {
                DatasetCreate create = waiting("d" + std::to_string(i));
                create.metadata = metadata;
                write.operations.push_back({create, {}});
            }
            QVERIFY(!m_admin->ask(m_admin->request(write)).error);
        }
    }
    void cleanup()
    {
        m_viewer.reset();
        m_admin.reset();
        m_fixture.reset();
    }

    void anHonestClientIsAnsweredBesideAFloodOfPages()
    {
        // A write makes all of them wait for the same moment.
        const Request write = m_admin->request(waiting("one-more"));
        const Request read = m_admin->request(StatusGet{});
        const auto pages = askForPages(*m_viewer, 200);
        m_admin->send(write);
        m_admin->send(read);
        QVERIFY(m_admin->wait(write.requestId));
        QVERIFY(m_admin->wait(read.requestId));
        QVERIFY2(m_viewer->raw().size() < 10, qPrintable(QString::number(m_viewer->raw().size())));
        for (const std::string& id : pages) {
            const auto page = m_viewer->wait(id);
            QVERIFY(page);
            QVERIFY(!page->error);
        }
    }

    void whoDoesNotReadIsMadeNoMoreAnswersUntilItDoes()
    {
        viewerStopsReading();
        const auto pages = askForPages(*m_viewer, 40);
        settle();
        // The limit of congestion is 1 MiB, and a page may start below it.
        const std::uint64_t held = m_fixture->bus.faultCounts().held;
        QVERIFY2(held >= 2 && held <= 4, qPrintable(QString::number(held)));
        QVERIFY(!m_admin->ask(m_admin->request(StatusGet{})).error);
        viewerReads();
        for (const std::string& id : pages)
            QVERIFY(m_viewer->wait(id));
    }

    void whatWaitsOfOneConnectionIsBounded()
    {
        viewerStopsReading();
        const auto pages = askForPages(*m_viewer, 10);
        settle();
        std::vector<std::string> ids;
        for (int i = 0; i < 1100; ++i) {
            const Request request = m_viewer->request(StatusGet{});
            ids.push_back(request.requestId);
            m_viewer->send(request);
            if (i % 500 == 499) // the client's own queue is bounded, too
                settle();
        }
        settle();
        QVERIFY(!m_admin->ask(m_admin->request(StatusGet{})).error);
        viewerReads();
        int refused = 0;
        for (const std::string& id : ids) {
            const auto reply = m_viewer->wait(id);
            QVERIFY(reply);
            if (!reply->error)
                continue;
            QVERIFY(reply->error->code == ErrorCode::Unavailable);
            QVERIFY(!reply->error->hint.empty());
            ++refused;
        }
        QVERIFY2(refused >= 100 && refused <= 110, qPrintable(QString::number(refused)));
    }

    void aDeadlineMayPassWhileAReadWaitsForItsTurn()
    {
        viewerStopsReading();
        const auto pages = askForPages(*m_viewer, 10);
        settle();
        Request late = m_viewer->request(StatusGet{});
        late.deadline = m_fixture->wall.wall() + Duration{1000};
        m_viewer->send(late);
        m_fixture->world.runFor(bus::Duration{2000});
        viewerReads();
        const auto reply = m_viewer->wait(late.requestId);
        QVERIFY(reply);
        QVERIFY(reply->error && reply->error->code == ErrorCode::DeadlineExceeded);
    }

    void whoGoesWhileItsReadsWaitHurtsNobody()
    {
        viewerStopsReading();
        askForPages(*m_viewer, 40);
        settle();
        m_viewer.reset();
        m_fixture->world.runFor(bus::Duration{60'000});
        viewerReads();
        QVERIFY(!m_admin->ask(m_admin->request(waiting("after"))).error);
        m_viewer = m_fixture->client("viewer");
        QVERIFY(!m_viewer->ask(m_viewer->request(DatasetList{})).error);
    }

    void aReaderThatDoesNotReadFillsNoLog()
    {
        viewerStopsReading();
        askForPages(*m_viewer, 10);
        for (int i = 0; i < 4000;
             ++i) { // the queue of those that wait, that of their refusals, and more
            m_viewer->send(m_viewer->request(StatusGet{}));
            if (i % 500 == 499)
                settle();
        }
        // Some two thousand were dropped: told at 1, 10, 100 and 1000.
        QCOMPARE(m_fixture->logged("reply.dropped"), 4);
        // Nor does one that reads a little now and then.
        for (int i = 0; i < 20; ++i) {
            viewerReads();
            m_fixture->world.runFor(bus::Duration{2});
            viewerStopsReading();
            for (int n = 0; n < 50; ++n)
                m_viewer->send(m_viewer->request(StatusGet{}));
            m_fixture->world.runFor(bus::Duration{2});
        }
        QVERIFY(m_fixture->logged("reply.dropped") <= 5);
        viewerReads();
        settle();
        QVERIFY(!m_viewer->ask(m_viewer->request(StatusGet{})).error);
    }
};

QTEST_APPLESS_MAIN(TestCrowds)
#include "tst_crowds.moc"
