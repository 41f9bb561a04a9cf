#pragma once

// A program that watches the cluster: a host of its own with a mirror, and the audit of what the mirror says, change by change, against
// what the store and control really had.
//
// The six properties of a good watch stream, and where each is checked:
// - ordered, unique, reliable: the records go from one revision to the very next, the facts from one message to the next; History
//   checks the same of what is published.
// - atomic: what changes between two revisions is exactly one commit of the store, never a part of one.
// - resumable: within one term a mirror that lost its connection goes on where it was; it takes no second snapshot.
// - bookmarkable: a tick names what was really published last (History), and the mirror never goes back to a lower term.
// A snapshot has to be what some store held at its revision.

#include "bus/client/cluster_client.h"
#include "bus/client/cluster_mirror.h"
#include "bus/memory/memory_bus.h"
#include "bus/memory/virtual_world.h"
#include "tests/sim/history.h"
#include "tests/sim/oracle.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace drover::sim {

class Watch : private client::MirrorObserver
{
public:
    struct World
    {
        bus::VirtualWorld& world;
        bus::MemoryBus& bus;
        History& history;
        Oracle& oracle;
        std::function<void(const std::string&)> count;
    };
    // The user's name is `user`; the seed is of request ids and pauses.
    Watch(World world, std::string host, std::string user, std::uint64_t seed);
    ~Watch();

    void start(); // no effect when it runs; a new process knows nothing of the last one
    void crash();
    void pause(bus::Duration duration);
    [[nodiscard]] bool running() const { return m_mirror != nullptr; }
    [[nodiscard]] const std::string& host() const { return m_host; }
    // While it runs.
    [[nodiscard]] client::ClusterClient& client() { return *m_client; }
    [[nodiscard]] const client::ClusterMirror& mirror() const { return *m_mirror; }

private:
    using Progress = client::ClusterMirror::Progress;

    void onRecord(const model::Change& change) override { m_records.push_back(change); }
    void onFact(const model::StateChange& fact) override { m_facts.push_back(fact); }
    void onApplied(model::Revision revision) override;
    void onLive() override;
    void onStale(const std::string& reason, std::optional<model::TimePoint> since) override;

    void auditTerm();
    void auditRecords();
    void auditFacts();
    void adoptedRecords(model::Revision revision);
    void nextRecords(model::Revision revision);
    void auditResumed(const Progress& before, model::Term termBefore, const Progress& now,
                      const char* what);
    [[nodiscard]] model::Term currentTerm() const { return m_highest ? m_highest->term : 0; }
    void wrong(const std::string& what);

    World m_world;
    std::string m_host;
    std::string m_user;
    std::uint64_t m_seed;
    std::uint64_t m_lives = 0;

    std::unique_ptr<bus::VirtualExecutor> m_executor;
    std::unique_ptr<bus::RequestClient> m_link;
    std::unique_ptr<bus::Subscriber> m_subscriber;
    std::unique_ptr<client::ClusterClient> m_client;
    std::unique_ptr<client::ClusterMirror> m_mirror;

    // As this process' mirror has told so far.
    std::vector<model::Change> m_records;    // since the last onApplied
    std::vector<model::StateChange> m_facts; // the same
    client::Tables m_shadow;                 // what the tables must hold
    std::vector<History::Past> m_pasts;      // of which m_shadow's records may be the state
    std::optional<Progress> m_config;
    std::optional<Progress> m_state;
    model::Term m_configTerm = 0; // when m_config was looked at last
    model::Term m_stateTerm = 0;
    std::optional<model::Tick> m_highest; // the tick of the highest term
    std::uint64_t m_steps = 0;
};

} // namespace drover::sim
