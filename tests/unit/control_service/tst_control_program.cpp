// The program drover-control over the real bus and a real disk: first start, what it refuses, and
// its death at each named point.

#include "bus/transport/context.h"
#include "bus/transport/dealer_client.h"
#include "bus/transport/keys.h"
#include "bus/transport/reactor.h"
#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <chrono>
#include <memory>
#include <optional>

using namespace drover;
using namespace drover::model;

namespace {

constexpr bus::Duration kPatience{20'000};

TimePoint wallClock()
{
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
}

} // namespace

class TestControlProgram : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<QProcess> m_process;
    bus::KeyPair m_admin;
    std::string m_controlKey;
    QString m_listen; // kept over restarts, so that a client finds control again

    // Dealing with the program as a client does.
    std::unique_ptr<bus::Context> m_context;
    std::unique_ptr<bus::Reactor> m_reactor;
    std::unique_ptr<bus::DealerClient> m_client;
    bus::LinkState m_link;
    std::optional<Reply> m_reply;

    [[nodiscard]] QString path(const char* name) const
    {
        return m_directory->filePath(QString::fromLatin1(name));
    }
    bus::KeyPair makeKey(const char* name, const char* role)
    {
        const auto keys = bus::generateKeyPair();
        if (!keys)
            qFatal("%s", keys.reason().c_str());
        bus::Certificate certificate{*keys, {{"name", name}, {"role", role}}};
        const std::string stem = path("keys/").toStdString() + name;
        if (!bus::writeCertificate(stem + ".key_secret", certificate, bus::WhenPresent::Refuse))
            qFatal("cannot write a key");
        certificate.keys.secretKey.clear();
        if (!bus::writeCertificate(stem + ".key", certificate, bus::WhenPresent::Refuse))
            qFatal("cannot write a key");
        return *keys;
    }
    // Starts the program; returns what it said if it ended instead of serving.
    std::optional<QString> start(const QStringList& more = {}, const char* crashAt = nullptr)
    {
        QFile::remove(path("ready"));
        m_process = std::make_unique<QProcess>();
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        if (crashAt != nullptr)
            environment.insert(QStringLiteral("DROVER_CRASH_AT"), QString::fromLatin1(crashAt));
        m_process->setProcessEnvironment(environment);
        QStringList arguments{QStringLiteral("--state"),      path("state"),
                              QStringLiteral("--keys"),       path("keys"),
                              QStringLiteral("--listen"),     m_listen,
                              QStringLiteral("--events"),     QStringLiteral("tcp://127.0.0.1:0"),
                              QStringLiteral("--ready-file"), path("ready")};
        m_process->start(QStringLiteral(DROVER_CONTROL), arguments + more);
        // Its first lines are about the start; each is a chance to look.
        while (m_process->state() != QProcess::NotRunning && !QFile::exists(path("ready")))
            if (!m_process->waitForReadyRead(50) && m_process->state() == QProcess::Running)
                continue;
        if (!QFile::exists(path("ready"))) {
            m_process->waitForFinished();
            return QString::fromUtf8(m_process->readAllStandardError());
        }
        QFile ready(path("ready"));
        if (!ready.open(QIODevice::ReadOnly))
            qFatal("cannot read the ready-file");
        m_listen = QJsonDocument::fromJson(ready.readAll())
                       .object()
                       .value(QStringLiteral("requests"))
                       .toString();
        return std::nullopt;
    }
    void stop()
    {
        if (!m_process)
            return;
        m_process->terminate();
        QVERIFY(m_process->waitForFinished());
        QCOMPARE(m_process->exitStatus(), QProcess::NormalExit);
        QCOMPARE(m_process->exitCode(), 0);
        m_process.reset();
    }
    void connectClient()
    {
        m_client.reset();
        m_link = {};
        bus::ClientOptions options;
        options.endpoint = m_listen.toStdString();
        options.keys = m_admin;
        options.serverKey = m_controlKey;
        auto client = bus::DealerClient::connect(*m_reactor, *m_context, options);
        if (!client)
            qFatal("%s", client.reason().c_str());
        m_client = std::move(*client);
        m_client->onLink([this](const bus::LinkState& state) { m_link = state; });
        m_client->onFrame([this](const bus::Frame& frame) {
            auto reply = codec::decodeReply(frame);
            if (reply)
                m_reply = std::move(*reply);
        });
        if (!m_reactor->runUntil([this] { return m_link.link == bus::Link::Up; }, kPatience))
            qFatal("%s", m_link.reason.c_str());
    }
    // The answer, or nothing when the program died meanwhile.
    std::optional<Reply> ask(const Request& request)
    {
        m_reply.reset();
        if (m_client->send(codec::encodeRequest(request)) != bus::SendResult::Taken)
            return std::nullopt;
        bus::Subscription look;
        std::function<void()> again = [&] { look = m_reactor->after(bus::Duration{5}, again); };
        again(); // the program's end is no event of the reactor
        m_reactor->runUntil(
            [this] {
                return m_reply.has_value() || m_process->state() == QProcess::NotRunning ||
                       m_process->waitForFinished(0);
            },
            kPatience);
        return m_reply;
    }
    static Request request(const std::string& id, WriteVerb verb)
    {
        Request request;
        request.requestId = id;
        request.deadline = wallClock() + Duration{300'000};
        request.body = Write{{{std::move(verb), {}}}, false, {}, {}};
        return request;
    }
    static Request request(const std::string& id, ReadVerb verb)
    {
        Request request;
        request.requestId = id;
        request.body = std::move(verb);
        return request;
    }
    static DatasetCreate waiting(const std::string& name)
    {
        DatasetCreate create;
        create.name = name;
        create.requiredLabels = {{"nowhere", "yes"}};
        return create;
    }

private Q_SLOTS:
    void init()
    {
        m_link = {};
        m_listen = QStringLiteral("tcp://127.0.0.1:0");
        m_directory = std::make_unique<QTemporaryDir>();
        QVERIFY(QDir(m_directory->path()).mkdir(QStringLiteral("keys")));
        m_controlKey = makeKey("control", "control").publicKey;
        m_admin = makeKey("admin", "admin");
        m_context = std::make_unique<bus::Context>();
        m_reactor = std::make_unique<bus::Reactor>();
    }
    void cleanup()
    {
        m_client.reset();
        m_reactor.reset();
        m_context.reset();
        if (m_process)
            m_process->kill();
        if (m_process)
            m_process->waitForFinished();
        m_process.reset();
    }

    void startsOnlyWhatIsThereOrAskedFor()
    {
        const auto missing = start();
        QVERIFY(missing && missing->contains(QStringLiteral("--init")));
        QCOMPARE(m_process->exitCode(), 2);
        QVERIFY(!QFile::exists(path("state/control.sqlite")));
        const auto nameless = start({QStringLiteral("--init")});
        QVERIFY(nameless && nameless->contains(QStringLiteral("--cluster-name")));
        QCOMPARE(m_process->exitCode(), 1);
        const QStringList init{QStringLiteral("--init"), QStringLiteral("--cluster-name"),
                               QStringLiteral("test")};
        QVERIFY(!start(init));
        connectClient();
        auto reply = ask(request("1", waiting("web")));
        QVERIFY(reply && !reply->error);
        stop();
        const auto second = start(init);
        QVERIFY(second && second->contains(QStringLiteral("there is a store here already")));
        QVERIFY(!start());
        connectClient();
        reply = ask(request("2", StatusGet{}));
        QVERIFY(reply && std::get<StatusResult>(reply->body).datasets == 1);
        QCOMPARE(std::get<StatusResult>(reply->body).history.term, Term{2});
        stop();
        QVERIFY(QFile::permissions(path("state")) ==
                (QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ReadUser |
                 QFile::WriteUser | QFile::ExeUser));
    }

    void aSecondControlOnTheSameStoreIsRefused()
    {
        QVERIFY(!start(
            {QStringLiteral("--init"), QStringLiteral("--cluster-name"), QStringLiteral("test")}));
        const auto first = std::move(m_process);
        m_listen = QStringLiteral("tcp://127.0.0.1:0");
        const auto refused = start();
        QVERIFY(refused && refused->contains(QStringLiteral("another process has the store open")));
        m_process.reset();
        first->kill();
        first->waitForFinished();
    }

    void keysThatMakeNoSenseAreRefused()
    {
        makeKey("odd", "emperor");
        const auto refused = start(
            {QStringLiteral("--init"), QStringLiteral("--cluster-name"), QStringLiteral("test")});
        QVERIFY(refused && refused->contains(QStringLiteral("odd.key")) &&
                refused->contains(QStringLiteral("emperor")));
        QVERIFY(!QFile::exists(path("state/control.sqlite")));
    }

    // A write, death at the point, a new start, the same write again: done exactly once, whatever
    // the point.
    void diesAtEachPointAndAWriteIsDoneOnce_data()
    {
        QTest::addColumn<QByteArray>("point");
        for (const char* point :
             {"append.before", "store.append.before", "store.append.middle", "store.append.after",
              "append.after", "publish.before", "publish.after", "reply.before", "reply.after"})
            QTest::newRow(point) << QByteArray(point);
    }
    void diesAtEachPointAndAWriteIsDoneOnce()
    {
#ifndef DROVER_CRASH_POINTS
        QSKIP("built without crash points");
#endif
        QFETCH(QByteArray, point);
        QVERIFY(!start(
            {QStringLiteral("--init"), QStringLiteral("--cluster-name"), QStringLiteral("test")}));
        stop();
        QVERIFY(!start({}, point.constData()));
        connectClient();
        const Request create = request("create", waiting("web"));
        const auto first = ask(create);
        if (m_process->state() != QProcess::NotRunning && !m_process->waitForFinished(20'000))
            QFAIL("it did not die");
        QCOMPARE(m_process->exitStatus(), QProcess::CrashExit);
        QVERIFY(!start());
        connectClient();
        const auto second = ask(create);
        QVERIFY(second && !second->error);
        if (first)
            QVERIFY(*first == *second);
        const auto listed = ask(request("list", DatasetList{}));
        QVERIFY(listed.has_value());
        const auto& datasets = std::get<DatasetListResult>(listed->body).datasets;
        QCOMPARE(datasets.size(), std::size_t{1});
        QVERIFY(datasets.front().record.id ==
                *std::get<WriteResult>(second->body).results.front().dataset);
        stop();
    }
};

QTEST_GUILESS_MAIN(TestControlProgram)
#include "tst_control_program.moc"
