#include "tests/sim/control_host.h"

#include "proto/codec/stream_codec.h"

namespace drover::sim {

namespace {

// Tells History what became durable.
class WatchedStore : public control::store::MemoryStore
{
public:
    WatchedStore(StoreDisk& disk, History& history)
        : MemoryStore(disk.disk), m_past(disk.past), m_history(history)
    {}
    [[nodiscard]] model::Result<model::Commit> raiseTerm(const model::Uuid& nonce,
                                                         model::TimePoint at) override
    {
        auto commit = MemoryStore::raiseTerm(nonce, at);
        if (commit)
            m_history.appended(m_past, *commit);
        return commit;
    }
    [[nodiscard]] model::Result<void>
    append(const std::vector<model::Commit>& commits,
           const std::vector<control::store::Outcome>& outcomes) override
    {
        auto done = MemoryStore::append(commits, outcomes);
        if (done)
            for (const model::Commit& commit : commits)
                m_history.appended(m_past, commit);
        return done;
    }
    [[nodiscard]] model::Result<void>
    recover(const std::vector<model::Commit>& commits,
            const std::vector<control::store::Outcome>& outcomes) override
    {
        auto done = MemoryStore::recover(commits, outcomes);
        if (done)
            for (const model::Commit& commit : commits)
                m_history.appended(m_past, commit);
        return done;
    }

private:
    History::Past m_past;
    History& m_history;
};

// Tells History what is published.
class WatchedPublisher : public bus::Publisher
{
public:
    WatchedPublisher(std::unique_ptr<bus::Publisher> behind, History::Past past, History& history)
        : m_behind(std::move(behind)), m_past(past), m_history(history)
    {}
    void setGate(Gate gate) override { m_behind->setGate(std::move(gate)); }
    void publish(std::string_view topic, const bus::Frame& frame) override
    {
        if (topic == model::kTickTopic) {
            if (const auto tick = codec::decodeTick(frame))
                m_history.published(m_past, *tick);
        } else if (const auto message = codec::decodeStreamMessage(frame)) {
            m_history.published(m_past, *message);
        }
        m_behind->publish(topic, frame);
    }
    void cutUser(std::string_view user) override { m_behind->cutUser(user); }
    [[nodiscard]] std::string endpoint() const override { return m_behind->endpoint(); }

private:
    std::unique_ptr<bus::Publisher> m_behind;
    History::Past m_past;
    History& m_history;
};

} // namespace

model::Term StoreDisk::term() const
{
    for (const auto& [key, record] : disk.records)
        if (const auto* history = std::get_if<model::HistoryRecord>(&record))
            return history->term;
    return 0;
}

model::TimePoint ControlHost::WallClock::wall() const
{
    return model::TimePoint{std::chrono::milliseconds{1'700'000'000'000}} +
           world.now().time_since_epoch() + skew;
}

ControlHost::ControlHost(bus::VirtualWorld& world, bus::MemoryBus& bus, Random& random,
                         Oracle& oracle, History& history, std::string host,
                         control::service::LogSink log, std::size_t datasetsPerBatch)
    : m_world(world), m_bus(bus), m_random(random), m_oracle(oracle), m_history(history),
      m_host(std::move(host)), m_log(std::move(log)), m_datasetsPerBatch(datasetsPerBatch),
      m_clock(world)
{}

ControlHost::~ControlHost() { crash(); }

void ControlHost::initialise(const std::vector<model::Record>& records)
{
    m_disk.disk = control::store::MemoryDisk::initialised(records, m_clock.wall());
    m_disk.past = m_history.begin(m_disk.disk.commits);
}

void ControlHost::start()
{
    if (running())
        return;
    m_fatal = false;
    m_executor = m_world.executor(m_host);
    m_server = m_bus.requestServer(*m_executor, m_host, m_host + ":4523");
    m_publisher = std::make_unique<WatchedPublisher>(
        m_bus.publisher(*m_executor, m_host, m_host + ":4524"), m_disk.past, m_history);
    m_store = std::make_unique<WatchedStore>(m_disk, m_history);
    m_faulty = std::make_unique<control::store::FaultyStore>(*m_store);
    const control::service::Environment environment{
        *m_executor, *m_server, *m_publisher,
        *m_faulty,   m_clock,   m_random,
        m_door,      m_log,     [this](const model::Error&) { m_fatal = true; }};
    auto service = control::service::ControlService::start(
        environment, {"sim", m_host + ":4524", m_datasetsPerBatch});
    if (!service) {
        // A full disk is the one good reason: the term cannot be raised. Whoever starts it tries again.
        if (service.error().code != model::ErrorCode::StoreFull)
            m_oracle.violation("control cannot start: " + service.error().message);
        return crash();
    }
    m_service = std::move(*service);
}

void ControlHost::crash()
{
    m_service.reset();
    m_faulty.reset();
    m_store.reset();
    m_publisher.reset();
    m_server.reset();
    m_executor.reset();
}

void ControlHost::pause(bus::Duration duration)
{
    if (m_executor)
        m_world.pause(*m_executor, duration);
}

void ControlHost::failAppend(control::store::StoreFault fault)
{
    if (m_faulty)
        m_faulty->failAppend(1, fault);
}

void ControlHost::mendStore()
{
    m_disk.disk.full = false;
    if (m_faulty)
        m_faulty->failNoAppend();
}

bool ControlHost::buryIfFatal()
{
    if (!m_fatal || !running())
        return false;
    crash();
    return true;
}

} // namespace drover::sim
