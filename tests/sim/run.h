#pragma once

// The inside of one run; simulation.h is what others see. What happens in it is in four files:
// simulation.cpp (the cluster and the course of the run), client_acts.cpp (what people ask and
// writers write), mishaps.cpp and disasters.cpp (what goes wrong), judge.cpp (what must hold).

#include "tests/sim/control_host.h"
#include "tests/sim/history.h"
#include "tests/sim/node.h"
#include "tests/sim/random_commands.h"
#include "tests/sim/simulation.h"
#include "tests/sim/watch.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace drover::sim {

class Simulation
{
public:
    explicit Simulation(const Options& options);
    RunReport run();

private:
    // ---- the cluster and the course of the run
    void makeCluster();
    Disk* makeDisk(const std::string& name, const std::string& kind, bool shared);
    [[nodiscard]] StepWorld stepWorld(const std::string& host);
    [[nodiscard]] control::service::LogSink controlsLog(const std::string& host);
    void makeNode(const std::string& host, Disk* shared, std::vector<model::Record>& records);
    void makeWatch(const std::string& host, const std::string& user);
    void say(const std::string& text);
    void count(const std::string& what) { ++m_report.counts[what]; }
    void repeat(bus::Duration least, bus::Duration most, void (Simulation::*act)());
    void renew(std::size_t slot, bus::Duration least, bus::Duration most,
               void (Simulation::*act)());
    void later(bus::Duration delay, std::function<void()> act);
    void runCalm();

    // ---- clients and writers
    void write();
    void command();
    void changeMind(const model::DatasetMove& move);
    void foresee(const model::WriteVerb& verb, bool dryRun);
    void ask(const model::WriteVerb& verb);
    void ask(model::Write write);
    // `sameEra`: no store was exchanged since it was asked.
    void answered(const model::Write& write, const model::Result<model::Reply>& reply,
                  bool sameEra);
    void read();
    void takeBackObstacles();

    // ---- faults
    void mishap();
    void fault(const std::string& kind, const std::string& text); // says and counts it
    SimNode& anyNode();
    std::string anyHost(); // control's or a node's
    std::string anyPeer(); // a node's or a watch's: what speaks with control
    Watch& anyWatch();
    void crashWatch();
    void pauseWatch();
    void failAppend();
    Disk& anyDisk(const SimNode& node);
    void crashControl();
    void startControl();
    void crashAgent();
    void losePower();
    void startAgents();
    void cutLink();
    void cutOneWay();
    void healLinks();
    void disconnect();
    void swizzle();
    void pauseProcess();
    void stepClock();
    void hidePool();
    void fillPool();
    void fillStore();
    void powerOffForGood();
    void copyStore();
    void loseStore();
    void restoreOldStore();
    void bringBackStore();
    [[nodiscard]] bool haveOldStore() const;
    [[nodiscard]] StoreDisk oldStore(); // a copy of the copy, with a past of its own
    void startAbove(const StoreDisk& other);
    void disownWhatOnly(const StoreDisk& one, const StoreDisk& other); // ... holds
    void startSecondControl();
    void endSecondControl();
    void takeImage();
    void restoreImage();
    void cloneNode();
    void endClone();
    void deleteWhatImagesLost();
    void unmountWhatWaitsToGrow();
    void stopFaults();
    void countMessages();

    // ---- recoveries
    void recoverStore();
    [[nodiscard]] bool allReported() const;
    void choose(const model::Error& refusal);
    void noticeRecovery();
    void lookAtSafeMode();

    // ---- what must hold
    void lookAround();
    void lookAtCommit(History::Past past, const model::Commit& commit);
    void lookAtGrant(History::Past past, const model::DatasetLedger& ledger);
    void lookAtTakingDown(const model::NodeId& node, const agent::core::Step& step);
    void lookAtBytes();
    struct SafeMode;
    void lookAtOldStore(ControlHost& control, std::optional<SafeMode>& safe);
    [[nodiscard]] bool mostKnowBetter(const ControlHost& control) const;
    [[nodiscard]] bool endsInThisRun(model::TimePoint graceEnds) const;
    [[nodiscard]] bool isAwaited(const model::DatasetRecord& record) const;
    [[nodiscard]] bool isAwaited(const model::DatasetLedger& ledger) const;
    [[nodiscard]] std::string explain(const model::DatasetId& id) const;
    [[nodiscard]] bool converged() const;
    void judge();
    void judgeDatasets(const control::core::ClusterState& state);
    void judgeCopies(const control::core::ClusterState& state);
    void judgePicture(const control::core::ClusterState& state);
    void judgeGhosts(const control::core::ClusterState& state);
    void judgeReplay(const control::core::ClusterState& state);
    void judgeMirrors(const control::core::ClusterState& state);
    [[nodiscard]] std::vector<const Disk*> disks() const;

    Options m_options;
    bus::VirtualWorld m_world;
    Random m_random;
    Oracle m_oracle;
    Rendezvous m_rendezvous;
    StepFaults m_faults{};
    std::unique_ptr<bus::VirtualExecutor> m_nature; // its own executor: chance, writers, checks
    bus::MemoryBus m_bus;
    model::ClusterId m_cluster;
    std::vector<model::Record> m_firstRecords; // of its store
    std::vector<std::unique_ptr<Disk>> m_disks;
    History m_history;
    ControlHost m_control;
    ControlHost m_second; // runs while two control one history
    std::vector<std::unique_ptr<SimNode>> m_nodes;

    // The first one's client is the one that commands; it is never stopped.
    std::vector<std::unique_ptr<Watch>> m_watches;

    KnownCluster m_known;
    bool m_calm = false;
    bool m_writing = true;
    Token m_nextToken = 1;
    model::Revision m_acknowledged = 0;
    std::optional<StoreDisk> m_oldStore; // a copy that somebody made
    // the newest one, while control runs on the copy
    std::optional<StoreDisk> m_trueStore;
    std::uint64_t m_era = 0; // counts the stores that control was given
    struct SafeMode
    {
        model::Term term = 0;
        model::Revision head = 0; // of the restored store, when it began
    };
    model::Revision m_copyHead = 0;       // of the copy that was started, as it was
    std::set<model::NodeId> m_knowBetter; // than that copy, when it was started
    std::optional<SafeMode> m_safe;
    std::optional<SafeMode> m_secondSafe;
    std::map<const SimNode*, SimNode::Image> m_images;
    std::set<model::DatasetId> m_made;   // of which a volume was made
    std::set<model::DatasetId> m_imaged; // of which a machine that was put back had something
    std::vector<std::unique_ptr<Disk>> m_cloneDisks;
    std::unique_ptr<SimNode> m_clone;
    bool m_copyRan = false;       // an old copy was started: safe mode is right from then on
    bool m_keepsCopy = false;     // nobody has the newest one: the copy is recovered
    std::size_t m_recoveries = 0; // so far
    std::size_t m_superseded = 0; // histories, by the store as it was
    bool m_asksRecovery = false;  // no answer yet
    bus::MonotonicTime m_triedAt{};
    std::vector<model::RecoverChoice> m_choices;
    std::map<model::DatasetId, bus::MonotonicTime> m_deletedAgain; // and when it was asked for last
    std::set<model::OperationId> m_granted; // hand-overs whose grant was looked at
    std::vector<bus::Subscription> m_timers;
    std::vector<bus::Subscription> m_laters;
    RunReport m_report;
};

} // namespace drover::sim
