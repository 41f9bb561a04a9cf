#include "tests/sim/watch.h"

#include <algorithm>

namespace drover::sim {

using model::Stream;

namespace {

// Each step is compared with its commit; so often the whole tables are.
constexpr std::uint64_t kFullLook = 32;

} // namespace

Watch::Watch(World world, std::string host, std::string user, std::uint64_t seed)
    : m_world(std::move(world)), m_host(std::move(host)), m_user(std::move(user)), m_seed(seed)
{}

Watch::~Watch() { crash(); }

void Watch::start()
{
    if (running())
        return;
    ++m_lives;
    m_executor = m_world.world.executor(m_host);
    m_link = m_world.bus.requestClient(*m_executor, m_host, "control:4523", m_user);
    m_subscriber = m_world.bus.subscriber(*m_executor, m_host, "control:4524", m_user);
    client::ClusterClient::Options options;
    options.program = "sim";
    options.idPrefix = m_host + "-" + std::to_string(m_seed) + "-" + std::to_string(m_lives) + "-";
    options.seed = m_seed;
    m_client = std::make_unique<client::ClusterClient>(*m_executor, *m_link, options);
    m_mirror = std::make_unique<client::ClusterMirror>(
        *m_executor, *m_client, *m_subscriber,
        client::ClusterMirror::Options{m_seed, bus::Duration{3000}, bus::Duration{1000}});
    m_mirror->addObserver(this);
}

void Watch::crash()
{
    m_mirror.reset();
    m_client.reset();
    m_subscriber.reset();
    m_link.reset();
    m_executor.reset();
    m_records.clear();
    m_facts.clear();
    m_shadow = {};
    m_pasts.clear();
    m_config.reset();
    m_state.reset();
    m_highest.reset();
}

void Watch::pause(bus::Duration duration)
{
    if (m_executor)
        m_world.world.pause(*m_executor, duration);
}

void Watch::wrong(const std::string& what)
{
    m_world.oracle.violation("stream: the mirror of " + m_host + " " + what);
}

void Watch::onLive()
{
    m_world.count("mirror.live");
    auditTerm();
    if (!sameRecords(m_mirror->tables(), m_shadow) || !sameFacts(m_mirror->tables(), m_shadow))
        wrong("is live and does not hold what it told");
}

void Watch::onStale(const std::string&, std::optional<model::TimePoint>)
{
    m_world.count("mirror.stale");
}

void Watch::onApplied(model::Revision)
{
    auditTerm();
    auditRecords();
    auditFacts();
    m_records.clear();
    m_facts.clear();
    if (++m_steps % kFullLook != 0)
        return;
    if (m_config && !sameRecords(m_mirror->tables(), m_shadow))
        wrong("holds other records than it told at revision " + std::to_string(m_config->n));
    if (m_state && !sameFacts(m_mirror->tables(), m_shadow))
        wrong("holds other facts than it told at message " + std::to_string(m_state->n));
}

void Watch::auditTerm()
{
    const auto& tick = m_mirror->lastTick();
    if (!tick)
        return;
    if (m_highest && m_highest->history == tick->history) {
        if (tick->term < m_highest->term)
            wrong("follows term " + std::to_string(tick->term) + " after term " +
                  std::to_string(m_highest->term));
        else if (tick->term == m_highest->term && tick->nonce != m_highest->nonce)
            wrong("follows two controls in term " + std::to_string(tick->term));
    }
    m_highest = tick;
}

void Watch::auditRecords()
{
    const auto now = m_mirror->progress(Stream::Config);
    if (!now || (m_config && *now == *m_config)) {
        if (!m_records.empty())
            wrong("changed " + std::to_string(m_records.size()) + " records between two revisions");
        return;
    }
    const auto before = std::exchange(m_config, now);
    if (!before || before->snapshots != now->snapshots) {
        if (before)
            auditResumed(*before, m_configTerm, *now, "records");
        adoptedRecords(now->n);
    } else if (now->n != before->n + 1 || now->stream != before->stream) {
        wrong("went from revision " + std::to_string(before->n) + " to " + std::to_string(now->n));
    } else {
        nextRecords(now->n);
    }
    m_configTerm = currentTerm();
}

void Watch::adoptedRecords(model::Revision revision)
{
    m_world.count("mirror.snapshot");
    m_pasts.clear();
    for (History::Past past = 0; past < m_world.history.pasts(); ++past) {
        if (revision > m_world.history.head(past))
            continue;
        const client::Tables& held = m_world.history.recordsAt(past, revision);
        if (sameRecords(m_mirror->tables(), held))
            m_pasts.push_back(past);
    }
    if (m_pasts.empty())
        wrong("took a snapshot at revision " + std::to_string(revision) +
              " that no store ever held");
    client::Tables adopted = m_mirror->tables();
    m_shadow.adoptRecords(std::move(adopted), [](const model::Change&) {});
}

void Watch::nextRecords(model::Revision revision)
{
    // Mostly it is one past, or pasts that are still alike.
    std::optional<client::Tables> next;
    const model::Commit* taken = nullptr;
    std::erase_if(m_pasts, [&](History::Past past) {
        const model::Commit* commit = m_world.history.commit(past, revision);
        if (commit == nullptr)
            return true;
        if (taken != nullptr)
            return taken->changes != commit->changes;
        const bool only = m_pasts.size() == 1;
        client::Tables tables = only ? std::move(m_shadow) : m_shadow;
        std::vector<model::Change> expected;
        for (const model::Change& change : commit->changes)
            if (tables.apply(change))
                expected.push_back(change);
        if (expected == m_records) {
            taken = commit;
            next = std::move(tables);
        } else if (only) {
            m_shadow = std::move(tables);
        }
        return taken == nullptr;
    });
    if (!next)
        return wrong("went to revision " + std::to_string(revision) + " by " +
                     std::to_string(m_records.size()) +
                     " changes that are no store's commit of that revision");
    m_shadow = std::move(*next);
}

void Watch::auditFacts()
{
    const auto now = m_mirror->progress(Stream::State);
    if (!now || (m_state && *now == *m_state)) {
        if (!m_facts.empty())
            wrong("changed " + std::to_string(m_facts.size()) + " facts between two messages");
        return;
    }
    const auto before = std::exchange(m_state, now);
    const std::string name = "message " + std::to_string(now->n) + " of " + now->stream.toString();
    if (!before || before->snapshots != now->snapshots) {
        if (before)
            auditResumed(*before, m_stateTerm, *now, "facts");
        if (!sameFacts(m_mirror->tables(), m_world.history.factsAt(now->stream, now->n)))
            wrong("took a snapshot at " + name + " that control never held");
        client::Tables adopted = m_mirror->tables();
        m_shadow.adoptFacts(std::move(adopted), [](const model::StateChange&) {});
    } else if (now->n != before->n + 1 || now->stream != before->stream) {
        wrong("went to " + name + " from " + std::to_string(before->n));
    } else if (const auto* message = m_world.history.stateMessage(now->stream, now->n)) {
        std::vector<model::StateChange> expected;
        for (const model::StateChange& fact : message->facts)
            if (m_shadow.apply(fact))
                expected.push_back(fact);
        if (expected != m_facts)
            wrong("took " + name + " for something else");
        if (message->revision > m_mirror->revision())
            wrong("applied " + name + ", which speaks of revision " +
                  std::to_string(message->revision) + ", at revision " +
                  std::to_string(m_mirror->revision()));
    } else {
        wrong("applied " + name + ", which was never published");
    }
    m_stateTerm = currentTerm();
}

void Watch::auditResumed(const Progress& before, model::Term termBefore, const Progress& now,
                         const char* what)
{
    if (termBefore == currentTerm() && before.stream == now.stream)
        wrong("took a second snapshot of its " + std::string(what) + " in term " +
              std::to_string(termBefore));
}

} // namespace drover::sim
