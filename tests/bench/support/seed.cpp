#include "tests/bench/support/seed.h"

#include "control/store/sqlite_store.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace drover::bench {

using namespace model;
namespace fs = std::filesystem;

namespace {

// A commit stays well below the limit of a frame.
constexpr std::size_t kDatasetsPerCommit = 200;
constexpr std::size_t kCommitsPerAppend = 20;

TimePoint wallNow()
{
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

KeyRecord keyRecord(const bus::KeyPair& keys, const std::string& name, KeyRole role)
{
    KeyRecord key;
    key.publicKey = keys.publicKey;
    key.name = name;
    key.role = role;
    key.createdAt = wallNow();
    key.createdBy = "bench";
    return key;
}

bus::KeyPair newKeys()
{
    auto keys = bus::generateKeyPair();
    if (!keys)
        giveUp(keys.reason());
    return std::move(*keys);
}

std::vector<Record> firstRecords(const Seed& seed, IdSource& ids)
{
    ClusterRecord cluster;
    cluster.id = ids.make<ClusterId>();
    cluster.header.name = "bench";
    HistoryRecord history;
    history.history = ids.make<HistoryId>();
    std::vector<Record> records{cluster, history, keyRecord(seed.admin, "admin", KeyRole::Admin)};
    for (const SeedNode& node : seed.nodes) {
        KeyRecord key = keyRecord(node.keys, node.name, KeyRole::Node);
        key.node = node.id;
        records.emplace_back(std::move(key));
        NodeLedger ledger;
        ledger.id = node.id;
        ledger.machine = node.machine;
        ledger.hostname = node.name;
        ledger.address = "127.0.0.1";
        ledger.bulkEndpoint = "tcp://127.0.0.1:4525";
        ledger.publicKey = node.keys.publicKey;
        ledger.firstSeen = wallNow();
        records.emplace_back(std::move(ledger));
        PoolLedger pool;
        pool.id = node.pool;
        pool.name = "default";
        pool.kind = "directory";
        pool.nodes = {node.id};
        records.emplace_back(std::move(pool));
    }
    return records;
}

Commit commitOf(const Seed& seed, std::size_t begin, Revision revision, Term term)
{
    Commit commit;
    commit.revision = revision;
    commit.term = term;
    commit.at = wallNow();
    const std::size_t end = std::min(begin + kDatasetsPerCommit, seed.datasets.size());
    for (std::size_t i = begin; i < end; ++i) {
        const SeedDataset& dataset = seed.datasets[i];
        DatasetRecord record = recordOf(seed, dataset);
        record.header.modRevision = revision;
        commit.changes.emplace_back(RecordPut{std::move(record)});
        DatasetLedger ledger;
        ledger.id = dataset.id;
        ledger.epoch = 1;
        ledger.owner = seed.nodes[dataset.node].id;
        ledger.pool = seed.nodes[dataset.node].pool;
        ledger.copy = dataset.copy;
        ledger.everCreated = true;
        commit.changes.emplace_back(RecordPut{std::move(ledger)});
    }
    return commit;
}

// By arithmetic, so that it is the same each time.
void enliven(Seed& seed)
{
    static constexpr std::array kWhat{"web",  "db",    "queue", "cache", "mail",
                                      "wiki", "build", "logs",  "media", "backup"};
    static constexpr std::array kTeam{"shop", "search", "ops", "data"};
    static constexpr std::array kZone{"east", "north", "west"};
    for (std::size_t n = 0; n < seed.nodes.size(); ++n) {
        SeedNode& node = seed.nodes[n];
        node.labels = {{"zone", kZone.at(n % kZone.size())}};
        node.capacity = ByteCount{(1ULL << 40) << (n % 4)};
        const std::uint64_t hundredths = n % 31 == 7 ? 4 : 12 + n * 37 % 80;
        node.free = ByteCount{node.capacity.value / 100 * hundredths};
        node.silent = n % 97 == 41;
    }
    for (std::size_t i = 0; i < seed.datasets.size(); ++i) {
        SeedDataset& dataset = seed.datasets[i];
        const std::size_t what = (i * 7 + i / 13) % kWhat.size();
        dataset.name = std::string(kWhat.at(what)) + "-" + std::to_string(i + 1);
        dataset.size = ByteCount{(1ULL << 30) << (i * 5 % 11)};
        dataset.used = ByteCount{dataset.size.value / 100 * (3 + i * 41 % 96)};
        dataset.labels = {{"app", kWhat.at(what)}, {"team", kTeam.at(i / 3 % kTeam.size())}};
    }
}

} // namespace

Uuid SeededIds::next()
{
    Uuid id;
    for (auto& byte : id.bytes)
        byte = static_cast<std::uint8_t>(m_random() & 0xff);
    return id;
}

ScratchFolder::ScratchFolder(const std::string& parent)
{
    std::string name =
        ((parent.empty() ? fs::temp_directory_path() : fs::path(parent)) / "drover-bench-XXXXXX")
            .string();
    if (::mkdtemp(name.data()) == nullptr)
        giveUp("cannot make a folder " + name);
    m_path = name;
}

ScratchFolder::~ScratchFolder()
{
    std::error_code ignored;
    fs::remove_all(m_path, ignored);
}

DatasetRecord recordOf(const Seed& seed, const SeedDataset& dataset)
{
    DatasetRecord record;
    record.id = dataset.id;
    record.header.name = dataset.name;
    record.header.createdAt = wallNow();
    record.header.createdBy = "admin";
    record.header.labels = dataset.labels;
    record.spec.size = dataset.size;
    record.spec.placement.node = seed.nodes[dataset.node].id;
    record.spec.metadata = {{"owner", "bench"}};
    return record;
}

Seed makeSeed(const fs::path& folder, std::size_t nodes, std::size_t datasetsPerNode,
              Variety variety)
{
    SeededIds ids;
    Seed seed;
    seed.state = folder / "state";
    seed.keys = folder / "keys";
    fs::create_directories(seed.keys);
    seed.control = newKeys();
    seed.admin = newKeys();
    if (auto written =
            bus::writeCertificate(seed.keys / "control.key_secret",
                                  {seed.control, {{"role", "control"}}}, bus::WhenPresent::Replace);
        !written)
        giveUp(written.reason());
    for (std::size_t n = 0; n < nodes; ++n) {
        const std::string name = "n" + std::to_string(n + 1);
        seed.nodes.push_back(
            {ids.make<NodeId>(), ids.make<MachineId>(), ids.make<PoolId>(), name, newKeys()});
        for (std::size_t i = 0; i < datasetsPerNode; ++i)
            seed.datasets.push_back({ids.make<DatasetId>(), ids.make<CopyId>(), n,
                                     "d" + std::to_string(seed.datasets.size() + 1)});
    }
    if (variety == Variety::Lifelike)
        enliven(seed);
    using control::store::SqliteStore;
    orGiveUp(SqliteStore::create(seed.state, firstRecords(seed, ids), wallNow()), "cannot seed");
    const auto store = orGiveUp(SqliteStore::open(seed.state), "cannot open the seed");
    static_cast<void>(orGiveUp(store->load(), "cannot load the seed"));
    const Commit term = orGiveUp(store->raiseTerm(ids.next(), wallNow()), "cannot begin a term");
    std::vector<Commit> commits;
    Revision revision = term.revision;
    for (std::size_t begin = 0; begin < seed.datasets.size(); begin += kDatasetsPerCommit) {
        commits.push_back(commitOf(seed, begin, ++revision, term.term));
        if (commits.size() < kCommitsPerAppend && begin + kDatasetsPerCommit < seed.datasets.size())
            continue;
        orGiveUp(store->append(commits, {}), "cannot seed");
        commits.clear();
    }
    return seed;
}

} // namespace drover::bench
