#pragma once

// Three machines with faithful agents, played by hand: they hold real (counted) bytes, act on the
// orders they last got, report late, crash, lose their power and their network. The oracle looks at
// the bytes, not at what anybody says about them.

#include "tests/unit/control_core/driver.h"

#include <deque>
#include <map>
#include <random>
#include <set>

namespace drover::control::core::test {

inline constexpr std::uint8_t kNodes = 3;
inline const model::PoolId kShared = numbered<model::PoolId>(9);
inline constexpr model::Duration kTerm{30'000}; // ownership term

// A copy as it lies in a pool.
struct Image
{
    model::DatasetId dataset;
    model::PoolId pool;
    model::CopyRole role = model::CopyRole::Primary;
    model::Epoch epoch = 0;
    bool whole = true;
    std::uint64_t bytes = 0; // stands for all its content
};

struct Batch
{
    std::vector<model::Assignment> orders;
};
struct Message
{
    std::vector<model::CopyState> copies;
    std::vector<model::CopyId> gone;
    bool complete = false;
};

struct Machine
{
    bool powered = true;
    bool connected = true; // network to control
    bool session = false;
    bool told = false; // orders of this session are known
    model::Duration lastWord{0};
    std::map<model::CopyId, Image> disk; // its local pool
    std::set<model::CopyId> mounted;     // lost with the power, not with the process
    std::set<model::CopyId> frozen;
    std::map<model::CopyId, model::TransferProgress> progress; // of the process
    std::map<model::AssignmentKey, model::Assignment> orders;  // on disk
    std::map<model::CopyId, model::CopyState> said;            // in this session
    std::set<model::CopyId> saidGone;
    std::deque<Message> outbox;
    std::deque<Batch> inbox;
};

class World
{
public:
    World(std::uint64_t seed, bool fenced);

    Driver control;
    std::vector<std::string> violations;
    std::size_t writes = 0, mounts = 0, handovers = 0, losses = 0;

    void step();   // one random event
    void settle(); // faults end; everybody works until nothing changes

private:
    using Chance = std::uint64_t;
    [[nodiscard]] Chance below(Chance bound);
    [[nodiscard]] std::uint8_t anyNode() { return static_cast<std::uint8_t>(1 + below(kNodes)); }
    [[nodiscard]] std::optional<model::DatasetId> anyDataset();

    void command();
    void createOne();
    void moveOne();
    void leaseOne();
    void loseOne();
    void fault(std::uint8_t number);
    void connect(std::uint8_t number);
    void disconnect(std::uint8_t number);
    void send(std::uint8_t number);    // agent -> outbox
    void deliver(std::uint8_t number); // outbox -> control
    void order(std::uint8_t number);   // control -> inbox
    void obey(std::uint8_t number);    // inbox -> orders
    bool act(std::uint8_t number);     // one step of one order
    bool carryOut(std::uint8_t number, const model::Assignment& order);
    bool mount(std::uint8_t number, const model::Assignment& order);
    bool transfer(std::uint8_t number, const model::Assignment& order, bool final);
    bool destroy(std::uint8_t number, const model::Assignment& order);
    void takeDown(std::uint8_t number, const model::CopyId& copy);
    void write(std::uint8_t number);
    void stopWriters(std::uint8_t number);
    void time(model::Duration duration);

    [[nodiscard]] Image* find(std::uint8_t number, const model::CopyId& copy,
                              const model::PoolId& pool);
    [[nodiscard]] std::map<model::CopyId, model::CopyState> view(std::uint8_t number);
    [[nodiscard]] std::vector<model::PoolState> poolsOf(std::uint8_t number) const;
    void fail(const std::string& what);

    std::mt19937_64 m_random;
    bool m_fenced;
    std::map<std::uint8_t, Machine> m_machines;
    std::map<model::CopyId, Image> m_shared;
    std::map<model::DatasetId, std::uint64_t> m_truth; // what its last writer wrote
    std::set<model::DatasetId> m_lossy; // a person's declare-lost may have cost something
    std::uint64_t m_bytes = 0;
    int m_names = 0;
};

} // namespace drover::control::core::test
