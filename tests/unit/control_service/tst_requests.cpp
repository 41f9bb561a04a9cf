// Requests to a whole control service: at most once, deadlines, batches, dry runs, reads.

#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"
#include "tests/unit/control_service/fixture.h"

#include <QTest>

using namespace drover;
using namespace drover::model;
using namespace drover::control;
using namespace drover::control::service::test;

namespace {

ErrorCode codeOf(const Reply& reply) { return reply.error ? reply.error->code : ErrorCode{}; }
constexpr ErrorCode kOk{};

WriteResult resultOf(const Reply& reply) { return std::get<WriteResult>(reply.body); }

} // namespace

class TestRequests : public QObject
{
    Q_OBJECT

    std::unique_ptr<Fixture> m_fixture;
    std::unique_ptr<TestClient> m_admin;
    [[nodiscard]] const control::core::ClusterState& state() const
    {
        return m_fixture->control->state();
    }
    [[nodiscard]] std::size_t datasets() const { return state().datasets().size(); }
    void restart()
    {
        m_admin.reset();
        m_fixture->restart();
        m_admin = m_fixture->client("admin");
    }

private Q_SLOTS:
    void init()
    {
        m_admin.reset();
        m_fixture = std::make_unique<Fixture>();
        m_admin = m_fixture->client("admin");
    }
    void cleanup() { m_admin.reset(); }

    // ---- the door

    void whatCannotBeReadIsAnsweredWithWhatIsWrong_data()
    {
        QTest::addColumn<QByteArray>("frame");
        QTest::addColumn<int>("code");
        QTest::newRow("noise") << QByteArray("\x01\x02\x03 noise") << int(ErrorCode::Malformed);
        QTest::newRow("empty") << QByteArray() << int(ErrorCode::Malformed);
        QTest::newRow("half a JSON")
            << QByteArray("{\"requestId\":\"7\",") << int(ErrorCode::Malformed);
        QTest::newRow("no verb") << QByteArray("{\"protocolVersion\":1,\"requestId\":\"7\"}")
                                 << int(ErrorCode::Malformed);
        QTest::newRow("version")
            << QByteArray("{\"protocolVersion\":99,\"requestId\":\"7\",\"statusGet\":{}}")
            << int(ErrorCode::UnsupportedVersion);
        QTest::newRow("unknown field of a write")
            << QByteArray("{\"protocolVersion\":1,\"requestId\":\"7\",\"deadlineMs\":"
                          "\"1800000001000\",\"write\":{\"operations\":[{"
                          "\"datasetCreate\":{\"name\":\"web\",\"colour\":\"red\"}}]}}")
            << int(ErrorCode::UnknownFields);
        QTest::newRow("bad name")
            << QByteArray("{\"protocolVersion\":1,\"requestId\":\"7\",\"deadlineMs\":"
                          "\"1800000001000\",\"write\":{"
                          "\"operations\":[{\"datasetCreate\":{\"name\":\"../x\"}}]}}")
            << int(ErrorCode::InvalidArgument);
    }
    void whatCannotBeReadIsAnsweredWithWhatIsWrong()
    {
        QFETCH(QByteArray, frame);
        QFETCH(int, code);
        const Revision before = state().revision();
        m_admin->sendRaw(frame.toStdString());
        QVERIFY(m_fixture->world.runUntil([&] { return !m_admin->raw().empty(); },
                                          bus::Duration{1000}));
        const auto reply = codec::decodeReply(m_admin->raw().back());
        QVERIFY(reply.ok());
        QVERIFY2(codeOf(*reply) == ErrorCode(code),
                 reply->error ? reply->error->message.c_str() : "no error");
        QVERIFY(!reply->error->message.empty());
        QCOMPARE(state().revision(), before);
    }

    void aJsonQuestionIsAnsweredInJson()
    {
        m_admin->send(m_admin->request(StatusGet{}), /*json=*/true);
        QVERIFY(m_fixture->world.runUntil([&] { return !m_admin->raw().empty(); },
                                          bus::Duration{1000}));
        QCOMPARE(m_admin->raw().back().front(), '{');
    }

    void rolesAreChecked()
    {
        auto viewer = m_fixture->client("viewer");
        QCOMPARE(codeOf(viewer->ask(viewer->request(StatusGet{}))), kOk);
        QCOMPARE(codeOf(viewer->ask(viewer->request(waiting("a")))), ErrorCode::PermissionDenied);
        QCOMPARE(codeOf(viewer->ask(viewer->request(KeyList{}))), ErrorCode::PermissionDenied);
        Report report;
        report.session.value.bytes.fill(1);
        report.n = 1;
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(AgentVerb{report}))),
                 ErrorCode::PermissionDenied);
        auto node = m_fixture->client("n1");
        QCOMPARE(codeOf(node->ask(node->request(AgentVerb{report}))), ErrorCode::StaleSession);
        QCOMPARE(codeOf(node->ask(node->request(StatusGet{}))), ErrorCode::PermissionDenied);
        QCOMPARE(datasets(), std::size_t{0});
    }

    void aRemovedKeyIsCutAndRefused()
    {
        auto viewer = m_fixture->client("viewer");
        QVERIFY(viewer->isUp());
        KeyRemove remove;
        remove.name = "viewer";
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(remove))), kOk);
        QVERIFY(m_fixture->world.runUntil([&] { return !viewer->isUp(); }, bus::Duration{1000}));
        QVERIFY(!m_fixture->door.users.contains(publicKey(2)));
        viewer->send(viewer->request(StatusGet{}));
        m_fixture->world.runFor(bus::Duration{10'000});
        QVERIFY(viewer->raw().empty());
        restart(); // and it stays out
        QVERIFY(!m_fixture->door.users.contains(publicKey(2)));
        QVERIFY(m_fixture->door.users.contains(publicKey(0)));
    }

    void anAddedKeyIsAdmitted()
    {
        KeyAdd add;
        add.publicKey = publicKey(20);
        add.name = "fresh";
        add.role = KeyRole::Viewer;
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(add))), kOk);
        QCOMPARE(m_fixture->door.users.at(publicKey(20)), std::string{"fresh"});
        auto fresh = m_fixture->client("fresh");
        QCOMPARE(codeOf(fresh->ask(fresh->request(StatusGet{}))), kOk);
    }

    // ---- at most once

    void aRepeatedWriteIsAnsweredAlikeAndDoneOnce()
    {
        const Request create = m_admin->request(waiting("web"));
        const Reply first = m_admin->ask(create);
        QCOMPARE(codeOf(first), kOk);
        const Revision revision = state().revision();
        QVERIFY(m_admin->ask(create) == first);
        restart();
        QVERIFY(m_admin->ask(create) == first);
        QCOMPARE(datasets(), std::size_t{1});
        QCOMPARE(state().revision(), revision + 1); // the new term
    }

    void aRefusalIsRememberedToo()
    {
        const Request create = m_admin->request(waiting("web"));
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(waiting("web")))), kOk);
        const Reply refused = m_admin->ask(create);
        QCOMPARE(codeOf(refused), ErrorCode::AlreadyExists);
        DatasetDelete remove;
        remove.dataset = named("web");
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(remove))), kOk);
        QVERIFY(m_admin->ask(create) == refused); // though it would be possible now
        restart();
        QVERIFY(m_admin->ask(create) == refused);
    }

    void theSameIdForAnotherBodyIsRefused()
    {
        Request create = m_admin->request(waiting("web"));
        QCOMPARE(codeOf(m_admin->ask(create)), kOk);
        std::get<Write>(create.body).operations[0].verb = waiting("other");
        QCOMPARE(codeOf(m_admin->ask(create)), ErrorCode::DuplicateRequest);
        restart();
        QCOMPARE(codeOf(m_admin->ask(create)), ErrorCode::DuplicateRequest);
        QCOMPARE(datasets(), std::size_t{1});
    }

    void repetitionsInOneRoundAreOneWrite()
    {
        const Request create = m_admin->request(waiting("web"));
        auto same = m_fixture->client("admin"); // the client on a second connection
        const Revision before = state().revision();
        m_admin->send(create);
        m_admin->send(create);
        same->send(create);
        const auto first = m_admin->wait(create.requestId);
        const auto second = m_admin->wait(create.requestId);
        const auto third = same->wait(create.requestId);
        QVERIFY(first && second && third);
        QVERIFY(*first == *second && *first == *third);
        QCOMPARE(codeOf(*first), kOk);
        QCOMPARE(state().revision(), before + 1);
    }

    void anotherUsersIdIsAnotherRequest()
    {
        auto other = m_fixture->client("operator");
        Request create = m_admin->request(waiting("web"));
        QCOMPARE(codeOf(m_admin->ask(create)), kOk);
        std::get<Write>(create.body).operations[0].verb = waiting("other");
        QCOMPARE(codeOf(other->ask(create)), kOk);
        QCOMPARE(datasets(), std::size_t{2});
    }

    void anOutcomeOutlivesEveryDeadline()
    {
        const Request create = m_admin->request(waiting("web"));
        const Reply first = m_admin->ask(create);
        m_fixture->world.runFor(bus::Duration{19 * 60'000});
        QVERIFY(m_admin->ask(create) == first);
        m_fixture->world.runFor(bus::Duration{5 * 60'000});
        QCOMPARE(codeOf(m_admin->ask(create)), ErrorCode::DeadlineExceeded);
        QCOMPARE(datasets(), std::size_t{1});
    }

    // ---- deadlines

    void deadlinesAreRequiredAndBounded()
    {
        Request create = m_admin->request(waiting("web"));
        create.deadline.reset();
        QCOMPARE(codeOf(m_admin->ask(create)), ErrorCode::InvalidArgument);
        create.deadline = m_fixture->wall.wall() + Duration{601'000};
        QCOMPARE(codeOf(m_admin->ask(create)), ErrorCode::InvalidArgument);
        create.deadline = m_fixture->wall.wall() - Duration{1};
        QCOMPARE(codeOf(m_admin->ask(create)), ErrorCode::DeadlineExceeded);
        QCOMPARE(datasets(), std::size_t{0});
        create.deadline = m_fixture->wall.wall() + Duration{599'000};
        QCOMPARE(codeOf(m_admin->ask(create)),
                 kOk); // what was not executed may be, under the same id
    }

    // ---- batches, preconditions, plans

    void aBatchIsOneRevisionOrNothing()
    {
        Write write;
        write.operations = {{waiting("a"), {}}, {waiting("b"), {}}, {waiting("a"), {}}};
        const Revision before = state().revision();
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(write))), ErrorCode::AlreadyExists);
        QCOMPARE(datasets(), std::size_t{0});
        QCOMPARE(state().revision(), before);
        write.operations.pop_back();
        const Reply reply = m_admin->ask(m_admin->request(write));
        QCOMPARE(codeOf(reply), kOk);
        QCOMPARE(reply.revision, before + 1);
        QCOMPARE(resultOf(reply).results.size(), std::size_t{2});
        QCOMPARE(datasets(), std::size_t{2});
    }

    void aPreconditionThatFailsShowsTheCurrentValue()
    {
        const Reply made = m_admin->ask(m_admin->request(waiting("web")));
        Write write;
        DatasetRename rename;
        rename.dataset = named("web");
        rename.name = "www";
        Precondition precondition;
        precondition.key.kind = RecordKind::Dataset;
        precondition.name = "web";
        precondition.modRevision = made.revision + 7;
        write.operations = {{rename, {precondition}}};
        const Reply refused = m_admin->ask(m_admin->request(write));
        QCOMPARE(codeOf(refused), ErrorCode::PreconditionFailed);
        QVERIFY(refused.current.has_value());
        QCOMPARE(std::get<DatasetRecord>(*refused.current).header.modRevision, made.revision);
        write.operations[0].preconditions[0].modRevision = made.revision;
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(write))), kOk);
    }

    void aDryRunTellsAndChangesNothing()
    {
        Write write;
        write.operations = {{waiting("web"), {}}};
        write.dryRun = true;
        const Revision before = state().revision();
        const std::uint64_t syncs = m_fixture->disk.syncs;
        const Reply shown = m_admin->ask(m_admin->request(write));
        QCOMPARE(codeOf(shown), kOk);
        QVERIFY(resultOf(shown).plan.has_value());
        QVERIFY(!resultOf(shown).plan->steps.empty());
        QCOMPARE(state().revision(), before);
        QCOMPARE(m_fixture->disk.syncs, syncs);
        write.dryRun = false;
        write.expectPlan = "0123456789abcdef";
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(write))), ErrorCode::PlanChanged);
        write.expectPlan = resultOf(shown).plan->digest;
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(write))), kOk);
        QCOMPARE(datasets(), std::size_t{1});
    }

    void whatIsAlreadySoUsesNoRevision()
    {
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(waiting("web")))), kOk);
        DatasetSetMetadata metadata;
        metadata.dataset = named("web");
        const Revision before = state().revision();
        const Reply reply = m_admin->ask(m_admin->request(metadata));
        QCOMPARE(codeOf(reply), kOk);
        QCOMPARE(reply.revision, before);
        QCOMPARE(state().revision(), before);
    }

    void aChangeTooLargeForOneMessageIsRefused()
    {
        Write write;
        for (int i = 0; i < 900; ++i) {
            DatasetCreate create = waiting("d" + std::to_string(i));
            for (int j = 0; j < 4; ++j)
                create.metadata["key" + std::to_string(j)] = std::string(256, 'x');
            write.operations.push_back({create, {}});
        }
        const Request request = m_admin->request(write);
        QVERIFY(codec::encodeRequest(request).size() < kMaximumFrame);
        QCOMPARE(codeOf(m_admin->ask(request)), ErrorCode::TooLarge);
        QCOMPARE(datasets(), std::size_t{0});
    }

    // ---- group commit and reads

    void writesOfOneRoundAreOneSync()
    {
        std::vector<Request> requests;
        for (int i = 0; i < 64; ++i)
            requests.push_back(m_admin->request(waiting("d" + std::to_string(i))));
        const std::uint64_t syncs = m_fixture->disk.syncs;
        for (const Request& request : requests)
            m_admin->send(request);
        for (const Request& request : requests) {
            const auto reply = m_admin->wait(request.requestId);
            QVERIFY(reply && codeOf(*reply) == kOk);
        }
        QCOMPARE(datasets(), std::size_t{64});
        QCOMPARE(m_fixture->disk.syncs, syncs + 1);
    }

    void readsSeeOnlyWhatIsCommitted()
    {
        m_fixture->store->setFull(true);
        const Request create = m_admin->request(waiting("web"));
        const Request list = m_admin->request(DatasetList{});
        m_admin->send(create);
        m_admin->send(list); // in the same round, after the write
        const auto listed = m_admin->wait(list.requestId);
        QVERIFY(listed.has_value());
        QVERIFY(std::get<DatasetListResult>(listed->body).datasets.empty());
        QCOMPARE(codeOf(*m_admin->wait(create.requestId)), ErrorCode::StoreFull);
    }

    void aReadWaitsForTheRevisionItStates()
    {
        Request list = m_admin->request(DatasetList{});
        list.minRevision = state().revision() + 1;
        m_admin->send(list);
        QVERIFY(!m_admin->wait(list.requestId, bus::Duration{2000}));
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(waiting("web")))), kOk);
        const auto listed = m_admin->wait(list.requestId);
        QVERIFY(listed && std::get<DatasetListResult>(listed->body).datasets.size() == 1);

        Request never = m_admin->request(DatasetList{});
        never.minRevision = state().revision() + 100;
        never.deadline = m_fixture->wall.wall() + Duration{3000};
        m_admin->send(never);
        const auto late = m_admin->wait(never.requestId);
        QVERIFY(late && codeOf(*late) == ErrorCode::DeadlineExceeded);
    }

    void oneUserCannotTakeAllPlacesOfThoseThatWait()
    {
        Request patient = m_admin->request(DatasetList{});
        patient.minRevision = state().revision() + 100;
        for (int i = 0; i < 64; ++i) {
            patient.requestId = "patient-" + std::to_string(i);
            m_admin->send(patient);
        }
        patient.requestId = "one too many";
        m_admin->send(patient);
        const auto refused = m_admin->wait(patient.requestId, bus::Duration{1000});
        QVERIFY(refused && codeOf(*refused) == ErrorCode::Unavailable);
        // Somebody else still may wait, and so may the first when its own are over.
        patient.requestId = "other";
        const auto other = m_fixture->client("viewer");
        other->send(patient);
        QVERIFY(!other->wait(patient.requestId, bus::Duration{1000}));
        QVERIFY(m_admin->wait("patient-63", bus::Duration{60'000}));
        patient.requestId = "again";
        m_admin->send(patient);
        QVERIFY(!m_admin->wait(patient.requestId, bus::Duration{1000}));
    }

    void listsComeInPages()
    {
        Write write;
        for (int i = 0; i < 25; ++i)
            write.operations.push_back({waiting("d" + std::to_string(i)), {}});
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(write))), kOk);
        std::set<std::string> names;
        DatasetList list;
        list.page.limit = 10;
        int pages = 0;
        do {
            const auto page = m_admin->get<DatasetListResult>(list);
            for (const DatasetView& view : page.datasets)
                names.insert(view.record.header.name);
            list.page.after = page.next;
            ++pages;
        } while (!list.page.after.empty());
        QCOMPARE(pages, 3);
        QCOMPARE(names.size(), std::size_t{25});
        list.page.after = "nonsense";
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(list))), ErrorCode::InvalidArgument);
    }

    void anAnswerTooLargeForOneMessageIsCutIntoPages()
    {
        for (int batch = 0; batch < 12; ++batch) {
            Write write;
            for (int i = 0; i < 30; ++i) {
                DatasetCreate create =
                    waiting("d" + std::to_string(batch) + "-" + std::to_string(i));
                for (int j = 0; j < 16; ++j)
                    create.metadata["key" + std::to_string(j)] = std::string(256, 'x');
                write.operations.push_back({create, {}});
            }
            QCOMPARE(codeOf(m_admin->ask(m_admin->request(write))), kOk);
        }
        std::size_t seen = 0;
        DatasetList list;
        do {
            const auto page = m_admin->get<DatasetListResult>(list);
            seen += page.datasets.size();
            list.page.after = page.next;
            QVERIFY(m_admin->raw().back().size() <= kMaximumFrame);
        } while (!list.page.after.empty());
        QCOMPARE(seen, std::size_t{360});
    }

    void historyDiffAndRollback()
    {
        const Reply made = m_admin->ask(m_admin->request(waiting("web")));
        DatasetRename rename;
        rename.dataset = named("web");
        rename.name = "www";
        const Reply renamed = m_admin->ask(m_admin->request(rename));
        const auto history = m_admin->get<HistoryListResult>(HistoryList{});
        QCOMPARE(history.commits.front().revision, renamed.revision);
        QVERIFY(!history.commits.front().log.empty());
        QCOMPARE(history.commits.front().log.front().actor, std::string{"admin"});
        const auto diff = m_admin->get<DiffResult>(DiffGet{made.revision, 0});
        QCOMPARE(diff.fields.size(), std::size_t{1});
        QCOMPARE(diff.fields.front().before, std::string{"web"});
        QCOMPARE(diff.fields.front().after, std::string{"www"});
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(Rollback{made.revision}))), kOk);
        QVERIFY(state().living("web") != nullptr);
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(DiffGet{9999, 0}))), ErrorCode::NotFound);
    }

    void statusCounts()
    {
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(waiting("web")))), kOk);
        const auto status = m_admin->get<StatusResult>(StatusGet{});
        QCOMPARE(status.datasets, std::uint64_t{1});
        QCOMPARE(status.blocked, std::uint64_t{1});
        QCOMPARE(status.user, std::string{"admin"});
        QCOMPARE(status.revision, state().revision());
        QVERIFY(!status.safeMode);
    }
};

QTEST_APPLESS_MAIN(TestRequests)
#include "tst_requests.moc"
