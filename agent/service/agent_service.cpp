#include "agent/service/agent_service.h"

#include <algorithm>
#include <utility>

namespace drover::agent::service {

using model::Duration;
using model::Result;

namespace {

constexpr Duration kSaveRetry{1'000};
constexpr Duration kFirstLook{5'000}; // so long Hello waits for the first look at the pools

// The assignments are durable, the note of the last contact need not be, but is newer: the highest of
// both, as long as they speak of one history.
Remembered highest(const Remembered& saved, const std::optional<ContactNote>& contact)
{
    Remembered seen = saved;
    if (contact && contact->history == seen.history &&
        std::pair{contact->term, contact->revision} > std::pair{seen.term, seen.revision}) {
        seen.term = contact->term;
        seen.nonce = contact->nonce;
        seen.revision = contact->revision;
    }
    return seen;
}

} // namespace

AgentService::AgentService(ServiceSetup setup, bus::RequestClient& client, bus::Executor& executor,
                           core::StepRunner& runner, AssignmentStore& store, Clock& clock,
                           model::IdSource& ids, LogSink log)
    : m_setup(std::move(setup)), m_executor(executor), m_runner(runner), m_store(store),
      m_clock(clock), m_log(std::move(log)), m_incarnation(ids.next()), m_core(m_setup.core),
      m_session(client, executor, clock, ids,
                ControlSession::Handlers{[this] { return hello(); },
                                         [this](const model::Welcome& w) { onOpened(w); },
                                         [this] {
                                             m_fullOwed = m_recovering = false;
                                             m_intake.endSession();
                                             feed(core::SessionLost{});
                                         },
                                         [this](Duration sentAt) { onHeard(sentAt); },
                                         [this](const model::AssignmentBatch& b) { onBatch(b); },
                                         [this] { return m_core.iterations(); },
                                         [this](const model::CopyState& c) { return found(c); }},
                m_log, m_setup.copiesPerReport)
{
    m_runner.onEvents({[this](core::StepId id, core::StepOutcome outcome) {
                           feed(core::StepDone{id, std::move(outcome)});
                       },
                       [this](core::StepId id, const model::TransferProgress& progress) {
                           feed(core::StepProgress{id, progress});
                       },
                       [this](core::StepId id) { feed(core::StepReturned{id}); }});
}

AgentService::~AgentService()
{
    *m_alive = false;
    m_runner.onEvents({});
}

template <class F>
void AgentService::whenIdle(F task)
{
    m_executor.whenIdle([task = std::move(task), alive = std::weak_ptr<bool>(m_alive)] {
        const auto still = alive.lock();
        if (still && *still)
            task();
    });
}

Result<void> AgentService::start(const std::optional<model::ClusterId>& cluster)
{
    auto saved = m_store.load();
    if (!saved)
        return saved.error();
    auto transfers = m_store.loadTransfers();
    if (!transfers)
        return transfers.error();
    core::AssignmentsSaved found;
    if (*saved) {
        m_saved = {(*saved)->cluster, (*saved)->history, (*saved)->term, (*saved)->revision,
                   (*saved)->nonce};
        found.changes = core::asChanges((*saved)->assignments, (*saved)->clusterAgentFor);
    }
    if (cluster && !m_saved.cluster.isNil() && *cluster != m_saved.cluster)
        return model::Error{model::ErrorCode::Conflict,
                            "the pools belong to cluster " + cluster->toString() +
                                ", this node to " + m_saved.cluster.toString(),
                            {},
                            "use another state folder for another cluster"};
    if (cluster)
        m_saved.cluster = *cluster;
    const auto contact = m_store.loadContact();
    m_session.remember(highest(m_saved, contact));
    // First: the very first look at a shared pool must know whether the pool's cluster agent runs
    // here.
    feed(found);
    if (!m_saved.cluster.isNil())
        feed(core::ClusterKnown{m_saved.cluster});
    if (contact && contact->boot == m_setup.boot) {
        m_contactSaved = contact->lastWord;
        feed(core::ContactRemembered{contact->lastWord, contact->ownershipTerm});
    }
    if (!transfers->empty())
        feed(core::NotesLoaded{std::move(*transfers)});
    m_startTimer = m_executor.after(kFirstLook, [this] { startSession(); });
    return {};
}

void AgentService::startSession()
{
    if (std::exchange(m_sessionStarted, true))
        return;
    m_startTimer.reset();
    m_session.start();
}

model::Hello AgentService::hello() const
{
    model::Hello hello;
    hello.node = m_setup.node;
    hello.machine = m_setup.machine;
    hello.boot = m_setup.boot;
    hello.incarnation = m_incarnation;
    hello.hostname = m_setup.hostname;
    hello.address = m_setup.address;
    hello.bulkEndpoint = m_setup.bulkEndpoint;
    hello.version = m_setup.version;
    hello.labels = m_setup.labels;
    for (const auto& [id, pool] : m_core.state().pools)
        hello.pools.push_back(pool.state);
    return hello;
}

std::optional<model::FoundCopy> AgentService::found(const model::CopyState& copy) const
{
    const auto* known = core::findCopy(m_core.state(), copy.pool, copy.copy);
    // What was seen once and is not known now is no witness: on a shared pool it may be gone.
    if (known == nullptr || !known->found || known->presence != core::Presence::Present)
        return std::nullopt;
    const model::LocalCopy& local = *known->found;
    return model::FoundCopy{local.identity, copy.pool,        local.createdWhole,
                            local.phase,    local.filesystem, local.used};
}

void AgentService::bearWitness(core::ReportChanges& report)
{
    for (const auto& [id, copy] : m_core.copies()) {
        const auto now = found(copy);
        if (!now) {
            m_witnessed.erase(id);
            continue;
        }
        const auto [told, first] = m_witnessed.try_emplace(id, *now);
        if (first || told->second != *now)
            report.copies.insert_or_assign(id, copy);
        told->second = *now;
    }
}

void AgentService::feed(const core::Input& input) { carryOut(m_core.handle(input, m_clock.now())); }

void AgentService::carryOut(core::Output out)
{
    if (out.notesChanged) {
        // Durable before it is reported: the other end may forget what it sent as soon as control
        // knows.
        if (const auto saved = m_store.saveTransfers(m_core.notes()); !saved)
            m_log(LogLevel::Error, "what is known of finished transfers could not be saved: " +
                                       saved.error().message);
    }
    for (const auto id : out.cancel)
        m_runner.cancel(id);
    for (const auto& [id, step] : out.start)
        m_runner.start(id, step);
    if (m_recovering && !m_fullOwed)
        bearWitness(out.report);
    m_session.send(std::move(out.report));
    armWake(out.wake);
    if (!m_sessionStarted && m_core.discoveredAll())
        startSession();
    tryFull();
    changed();
}

void AgentService::armWake(std::optional<Duration> at)
{
    if (!at) {
        m_wake.reset();
        return;
    }
    const auto delay = std::max(Duration{1}, *at - m_clock.now().running);
    m_wake = m_executor.after(delay, [this] { feed(core::Tick{}); });
}

void AgentService::changed()
{
    if (!m_onChanged || std::exchange(m_changeScheduled, true))
        return;
    whenIdle([this] {
        m_changeScheduled = false;
        if (m_onChanged)
            m_onChanged();
    });
}

void AgentService::onOpened(const model::Welcome& welcome)
{
    // A control that waits to be recovered vouches for nothing: for the core it is not there.
    if (!welcome.recovering)
        feed(core::SessionOpened{welcome.cluster, welcome.ownershipTerm});
    m_fullOwed = true;
    m_recovering = welcome.recovering;
    // Its owners are chosen by what is on the disks now.
    if (welcome.recovering)
        feed(core::LookAgain{});
    tryFull();
}

void AgentService::tryFull()
{
    if (!m_fullOwed || !m_core.discoveredAll())
        return;
    m_fullOwed = false;
    core::ReportChanges everything = m_core.fullReport(m_clock.now());
    m_witnessed.clear();
    if (m_recovering)
        bearWitness(everything);
    m_session.sendFull(std::move(everything));
}

void AgentService::onHeard(Duration sentAt)
{
    feed(core::ControlHeard{sentAt});
    const auto& contact = m_core.state().contact;
    if (!contact.everSpoke || contact.lastWord < m_contactSaved + contact.ownershipTerm / 3)
        return;
    m_contactSaved = contact.lastWord;
    const Remembered& seen = m_session.remembered();
    m_store.saveContact({m_setup.boot, contact.lastWord, contact.ownershipTerm, seen.history,
                         seen.term, seen.nonce, seen.revision});
}

void AgentService::onBatch(const model::AssignmentBatch& batch)
{
    m_intake.take(batch, m_core.assignments());
    const auto& session = m_session.remembered();
    // Never down within one history: a control that has less than was seen must be able to learn it
    // from us.
    m_toSave = session;
    m_toSave.term = batch.term;
    // All batches that have arrived are saved at once.
    if (!std::exchange(m_saveScheduled, true))
        whenIdle([this] { saveAssignments(); });
}

void AgentService::saveAssignments()
{
    m_saveScheduled = false;
    if (!m_intake.pending())
        return;
    if (const auto saved = m_store.save(m_toSave, m_intake.changes()); !saved) {
        m_log(LogLevel::Error, "assignments could not be saved, so they are not followed yet: " +
                                   saved.error().message);
        m_saveScheduled = true;
        m_saveRetry = m_executor.after(kSaveRetry, [this] { saveAssignments(); });
        return;
    }
    m_saved = m_toSave;
    const core::AssignmentsSaved input{m_intake.changes(), m_intake.current()};
    m_intake.saved();
    m_session.saved(m_intake.upTo());
    feed(input);
}

ServiceStatus AgentService::status() const
{
    ServiceStatus status;
    status.session = m_session.status();
    const auto& assignments = m_core.assignments();
    status.assignments = {
        m_saved.cluster,   m_saved.history,
        m_saved.term,      m_saved.revision,
        assignments.all(), {assignments.clusterAgentFor.begin(), assignments.clusterAgentFor.end()},
        m_saved.nonce};
    for (const auto& [id, pool] : m_core.state().pools)
        status.pools.push_back(pool.state);
    for (const auto& [id, copy] : m_core.copies())
        status.copies.push_back(copy);
    for (const auto& [id, pool] : m_core.state().pools) {
        if (pool.running)
            status.running.push_back("pool " + pool.state.name + ": " +
                                     core::describe(pool.running->step.kind));
    }
    for (const auto& [place, copy] : m_core.state().copies) {
        if (copy.running)
            status.running.push_back("copy " + place.copy.toString() + ": " +
                                     core::describe(copy.running->step.kind));
    }
    return status;
}

} // namespace drover::agent::service
