#include "tests/unit/cli/cli_fixture.h"

#include <algorithm>

namespace drover::test {

using namespace model; // NOLINT: this file is about nothing else

void CliFixture::fill()
{
    const TimePoint start = control.wall();
    for (unsigned i = 1; i <= 2; ++i) {
        NodeView node;
        node.ledger.id.value = uuid(i);
        node.ledger.hostname = "n" + std::to_string(i);
        node.ledger.address = "10.0.0." + std::to_string(i);
        node.ledger.firstSeen = start - std::chrono::hours{72};
        node.state.emplace();
        node.state->id = node.ledger.id;
        node.state->liveness = i == 1 ? Liveness::Alive : Liveness::Unreachable;
        node.state->since = start - std::chrono::minutes{5};
        node.state->lastHeard = start - std::chrono::minutes{5};
        node.state->version = "0.1.0";
        PoolState pool;
        pool.id.value = uuid(i + 10);
        pool.name = "default";
        pool.kind = "loopback";
        pool.capacity = {100ULL << 30};
        pool.free = {60ULL << 30};
        pool.available = true;
        node.state->pools.push_back(pool);
        node.datasets = i == 1 ? 2 : 1;
        nodes.push_back(node);
    }
    const auto add = [&](unsigned number, const std::string& name,
                         const NodeView& owner) -> DatasetView& {
        DatasetView view;
        view.record.id.value = uuid(number);
        view.record.header.name = name;
        view.record.header.createdAt = start - std::chrono::hours{2};
        view.record.header.createdBy = "admin";
        view.record.header.modRevision = number;
        view.record.spec.size = ByteCount{1ULL << 30};
        view.record.spec.filesystem = "ext4";
        view.record.spec.placement.node = owner.ledger.id;
        view.ledger.emplace();
        view.ledger->id = view.record.id;
        view.ledger->owner = owner.ledger.id;
        view.ledger->epoch = 1;
        view.status.id = view.record.id;
        view.status.sync = Sync::InSync;
        view.status.health = Health::Healthy;
        view.status.path = "/mnt/" + name;
        view.status.node = owner.ledger.id;
        datasets.push_back(view);
        return datasets.back();
    };
    add(21, "web", nodes[0]).record.spec.metadata = {{"owner", "me"}};

    DatasetView& moving = add(22, "db", nodes[0]);
    moving.status.sync = Sync::Converging;
    moving.ledger->handover.emplace();
    moving.ledger->handover->phase = HandoverPhase::Copying;
    moving.ledger->handover->phaseSince = start - std::chrono::seconds{9};
    moving.ledger->handover->source = nodes[0].ledger.id;
    moving.ledger->handover->target = nodes[1].ledger.id;
    moving.status.transfer.emplace();
    moving.status.transfer->pass = 1;
    moving.status.transfer->bytesDone = {120ULL << 20};
    moving.status.transfer->bytesTotal = {200ULL << 20};
    moving.status.transfer->bytesPerSecond = 40ULL << 20;

    DatasetView& broken = add(23, "lost-pictures", nodes[1]);
    broken.status.sync = Sync::Blocked;
    broken.status.health = Health::Unavailable;
    broken.status.path.clear();
    Condition condition;
    condition.type = ConditionType::DataMissing;
    condition.severity = ConditionSeverity::Error;
    condition.reason = "NoSuchFolder";
    condition.message = "pool default of node n2 has no copy of it, but it existed";
    condition.since = start - std::chrono::minutes{30};
    condition.attempts = 4;
    condition.nextRetry = start + std::chrono::seconds{20};
    condition.suggestion = "mount the disk that held it, or restore it from a backup";
    broken.status.conditions.push_back(condition);

    DatasetView& deleted = add(24, "old", nodes[0]);
    deleted.status.path.clear();
    deleted.record.deletion =
        Deletion{{start - std::chrono::hours{1}, {}}, std::chrono::hours{24}, "admin"};
}

std::optional<ReplyBody> CliFixture::read(const ReadVerb& verb, std::optional<Error>& error)
{
    if (const auto* list = std::get_if<DatasetList>(&verb)) {
        // Two a page, so that every list is put together from several.
        DatasetListResult result;
        std::vector<DatasetView> fitting;
        for (const DatasetView& view : datasets)
            if (view.record.deletion.has_value() == list->deleted)
                fitting.push_back(view);
        for (std::size_t i = list->page.after.empty() ? 0 : std::stoul(list->page.after);
             i < fitting.size(); ++i) {
            if (result.datasets.size() == 2) {
                result.next = std::to_string(i);
                break;
            }
            result.datasets.push_back(fitting[i]);
        }
        return result;
    }
    if (const auto* get = std::get_if<DatasetGet>(&verb)) {
        for (const DatasetView& view : datasets)
            if (get->dataset.id
                    ? view.record.id == *get->dataset.id
                    : view.record.header.name == get->dataset.name && !view.record.deletion)
                return DatasetListResult{{view}, {}};
        error = Error{ErrorCode::NotFound, "there is no such dataset",
                      "dataset " + get->dataset.name, ""};
    } else if (std::holds_alternative<NodeList>(verb)) {
        return NodeListResult{nodes, {}};
    } else if (const auto* node = std::get_if<NodeGet>(&verb)) {
        for (const NodeView& view : nodes)
            if (node->node.id ? view.ledger.id == *node->node.id
                              : view.ledger.hostname == node->node.name)
                return NodeListResult{{view}, {}};
        error = Error{ErrorCode::NotFound, "there is no such node", "node " + node->node.name, ""};
    } else if (std::holds_alternative<StatusGet>(verb)) {
        StatusResult status;
        status.version = "0.1.0";
        status.cluster.header.name = "test";
        status.cluster.deleteGrace = deleteGrace;
        status.revision = 42;
        status.history.term = 3;
        status.controlTime = control.wall();
        status.user = "admin";
        status.role = KeyRole::Admin;
        status.datasets = 3, status.inSync = 1, status.converging = 1, status.blocked = 1,
        status.deleted = 1;
        status.nodes = 2, status.alive = 1, status.unreachable = 1;
        return status;
    } else if (std::holds_alternative<HistoryList>(verb)) {
        HistoryListResult result;
        for (const Revision revision : {Revision{6}, Revision{5}}) {
            Commit commit;
            commit.revision = revision;
            commit.at = control.wall();
            commit.log.push_back({commit.at, "admin", "dataset.create", "dataset web", {}, {}, ""});
            if (revision == 6)
                commit.log.back().message = "created on node n1";
            result.commits.push_back(commit);
        }
        return result;
    } else if (std::holds_alternative<ExportGet>(verb)) {
        ExportResult result;
        DesiredDataset dataset;
        dataset.name = "web";
        dataset.size = ByteCount{(1ULL << 30) + 1024};
        dataset.metadata = {{"owner", "yes"}};
        dataset.node = "n1";
        result.configuration.datasets.push_back(dataset);
        result.configuration.nodes.push_back({"n1", {{"zone", "1"}}, true});
        return result;
    }
    return std::nullopt;
}

std::optional<Reply> CliFixture::answer(const Request& request)
{
    Reply reply;
    reply.revision = 43;
    if (const auto* write = std::get_if<Write>(&request.body)) {
        reply.error = refusal;
        WriteResult result = writeResult;
        if (write->dryRun)
            result.plan = Plan{
                {{"n1", "dataset web", "destroy it", "the file does not name it"}}, {}, "d19e57"};
        reply.body = result;
        return reply;
    }
    const auto* verb = std::get_if<ReadVerb>(&request.body);
    if (!verb)
        return std::nullopt;
    std::optional<Error> error;
    auto body = read(*verb, error);
    if (!body && !error)
        return std::nullopt;
    reply.error = error;
    if (body)
        reply.body = std::move(*body);
    return reply;
}

} // namespace drover::test
