#include "bus/client/event_feed.h"
#include "bus/client/stream_follower.h"
#include "cli/commands/commands.h"
#include "cli/options.h"
#include "cli/output/structured.h"
#include "cli/output/words.h"

#include <memory>
#include <ostream>
#include <set>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

struct Options
{
    std::vector<std::string> streams;
    std::string dataset;
    std::optional<std::uint64_t> count;
    std::optional<Duration> timeout;
};

// Follows streams from now on, and prints each message.
class Follower
{
public:
    Follower(Shell& shell, Cluster& cluster, const std::vector<Stream>& streams,
             std::optional<DatasetId> dataset)
        : m_shell(shell), m_cluster(cluster), m_dataset(dataset),
          m_feed(cluster.subscriber(), streams,
                 {[this](StreamMessage message) { take(std::move(message)); },
                  [this](const Tick& tick) { position(tick); },
                  {}})
    {
        for (const Stream stream : streams)
            m_followers.emplace(stream,
                                std::make_unique<client::StreamFollower>(
                                    cluster.client(), stream,
                                    client::StreamFollower::Handlers{
                                        {},
                                        [this](const StreamMessage& message) { print(message); },
                                        [this, stream](const std::string& why) {
                                            m_shell.warn(std::string("some messages of ") +
                                                         topicOf(stream) + " are missing: " + why);
                                        }}));
    }

    [[nodiscard]] std::uint64_t printed() const { return m_printed; }

private:
    void take(StreamMessage message)
    {
        const auto it = m_followers.find(message.stream);
        if (it != m_followers.end())
            it->second->take(std::move(message));
    }

    // The first tick says where a stream is; everything after that is wanted.
    void position(const Tick& tick)
    {
        for (const auto& position : tick.positions) {
            const auto it = m_followers.find(position.stream);
            if (it == m_followers.end())
                continue;
            if (!it->second->started())
                it->second->start(position.streamId, position.n);
            else
                it->second->position(position.streamId, position.n);
        }
    }

    void print(const StreamMessage& message)
    {
        if (m_dataset && !client::concerns(message, *m_dataset))
            return;
        ++m_printed;
        if (isStructured(m_shell.globals.output))
            return printMessage(m_shell.terminal(), m_shell.globals.output, message);
        const auto now = m_cluster.now();
        const std::string time = now ? moment(*now, std::nullopt) + "  " : std::string();
        for (const std::string& line : lines(message))
            m_shell.out() << time << harmless(line) << '\n';
        m_shell.out().flush();
    }

    static std::vector<std::string> lines(const StreamMessage& message)
    {
        std::vector<std::string> result;
        if (message.commit) {
            for (const LogEntry& entry : message.commit->log)
                result.push_back(entry.actor + "  " + entry.verb + "  " + entry.subject +
                                 (entry.message.empty() ? "" : ": " + entry.message));
            if (message.stream == Stream::Config)
                for (const Change& change : message.commit->changes)
                    result.push_back(describe(message.commit->revision, change));
        }
        for (const StateChange& fact : message.facts)
            result.push_back(describe(fact));
        return result;
    }

    static std::string describe(Revision revision, const Change& change)
    {
        const RecordKey key = keyOf(change);
        std::string name;
        if (const auto* put = std::get_if<RecordPut>(&change)) {
            if (const auto* dataset = std::get_if<DatasetRecord>(&put->record))
                name = " " + dataset->header.name;
            if (const auto* node = std::get_if<NodeRecord>(&put->record))
                name = " " + node->header.name;
            if (const auto* node = std::get_if<NodeLedger>(&put->record))
                name = " " + node->hostname;
        }
        return "revision " + std::to_string(revision) + "  " + toString(key.kind) + name +
               (std::holds_alternative<RecordPut>(change) ? "" : " removed");
    }

    static std::string describe(const StateChange& fact)
    {
        if (const auto* node = std::get_if<NodeStatePut>(&fact))
            return "node " + shortId(node->node.id) + "  " + word(node->node.liveness);
        if (const auto* node = std::get_if<NodeStateRemoved>(&fact))
            return "node " + shortId(node->node) + "  removed";
        if (const auto* copy = std::get_if<CopyStatePut>(&fact))
            return "copy " + shortId(copy->copy.copy) + " of " + copy->copy.datasetName + "  " +
                   toString(copy->copy.role) + ", " + toString(copy->copy.phase) +
                   (copy->copy.step.empty() ? "" : ", " + copy->copy.step);
        if (const auto* copy = std::get_if<CopyStateRemoved>(&fact))
            return "copy " + shortId(copy->key.copy) + "  gone";
        if (const auto* status = std::get_if<DatasetStatusPut>(&fact)) {
            const bool well =
                status->status.sync == Sync::InSync && status->status.health == Health::Healthy;
            const std::string why = well ? std::string() : briefly(status->status.conditions);
            return "dataset " + shortId(status->status.id) + "  " + word(status->status.sync) +
                   ", " + word(status->status.health) + (why.empty() ? "" : ": " + why);
        }
        return "dataset " + shortId(std::get<DatasetStatusRemoved>(fact).id) + "  removed";
    }

    Shell& m_shell;
    Cluster& m_cluster;
    std::optional<DatasetId> m_dataset;
    std::uint64_t m_printed = 0;
    std::map<Stream, std::unique_ptr<client::StreamFollower>> m_followers;
    client::EventFeed m_feed;
};

ExitClass events(Shell& shell, const Options& options)
{
    std::set<Stream> streams;
    for (const std::string& name : options.streams) {
        if (name == "config")
            streams.insert(Stream::Config);
        else if (name == "log")
            streams.insert(Stream::Log);
        else if (name == "state")
            streams.insert(Stream::State);
        else if (name == "all")
            streams = {Stream::Config, Stream::Log, Stream::State};
        else
            return shell.usage("--stream: '" + name + "' is not one of config, log, state, all");
    }
    if (streams.empty())
        streams = {Stream::Log, Stream::State};
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    // A first call, so that what stands in the way is said at once; it also brings the address of
    // the events.
    const auto status = (*cluster)->read<StatusResult>(StatusGet{});
    if (!status)
        return shell.fail(status.error());
    std::optional<DatasetId> dataset;
    if (!options.dataset.empty()) {
        const auto ref = resolveDataset(**cluster, options.dataset, /*deleted=*/true);
        if (!ref)
            return shell.fail(ref.error());
        const auto found = (*cluster)->read<DatasetListResult>(DatasetGet{*ref});
        if (!found)
            return shell.fail(found.error());
        if (!found->datasets.empty())
            dataset = found->datasets.front().record.id;
    }
    if (shell.terminal().errIsTerminal && !options.timeout)
        shell.note("Listening; Ctrl-C ends it.");
    Follower follower(shell, **cluster, {streams.begin(), streams.end()}, dataset);
    // An output that takes no more has an end too; that is told at the very end.
    const auto enough = [&] {
        return (options.count && follower.printed() >= *options.count) || !shell.out().good();
    };
    if (options.timeout) {
        if ((*cluster)->runUntil(enough, *options.timeout) || !options.count)
            return ExitClass::Ok;
        return shell.fail({ErrorCode::Timeout,
                           "only " + std::to_string(follower.printed()) + " of " +
                               std::to_string(*options.count) + " messages came in " +
                               span(*options.timeout),
                           "", ""});
    }
    while (!(*cluster)->runUntil(enough, std::chrono::hours{1})) {
    }
    return ExitClass::Ok;
}

} // namespace

void addEvents(CLI::App& root, Shell& shell)
{
    CLI::App* app = addCommand(root, "events", "Print what happens, as it happens");
    const auto o = std::make_shared<Options>(); // shared by the parser and the callback
    addTexts(app, "--stream", o->streams, "config|log|state|all",
             "Which stream; may be repeated; default: log and state");
    addText(app, "--dataset", o->dataset, kDatasetWord, "Only what is about this dataset");
    addCount(app, "--count", o->count, "End after so many messages");
    addDuration(app, "--timeout", o->timeout,
                "End after this time; with --count and too few messages: exit code 4");
    shell.command(app, [&shell, o] { return events(shell, *o); });
}

} // namespace drover::cli
