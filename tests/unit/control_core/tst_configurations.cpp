#include "tests/unit/control_core/clusters.h"

#include "control/core/diff.h"
#include "control/core/plan.h"

using namespace drover::model;
using namespace drover::control::core;
using namespace drover::control::core::test;
using namespace std::chrono_literals;

namespace {

constexpr ByteCount kGiB{1ULL << 30};

// Remembers its configuration at each revision, as a store would.
struct Historic : LocalCluster
{
    std::map<Revision, std::vector<Record>> past;

    DatasetId make(const std::string& name, std::uint8_t number = 1)
    {
        DatasetCreate verb = web(number);
        verb.name = name;
        const auto id = create(verb);
        converge();
        return id;
    }
    Revision mark()
    {
        past[state.revision()] = configurationOf(state);
        return state.revision();
    }
    Result<Decision> rollback(Revision to)
    {
        Write one;
        one.operations.push_back({Rollback{to}, {}});
        const auto lookup = [&](Revision revision) -> Result<std::vector<Record>> {
            return past.at(revision);
        };
        auto decision = decide(state, one, Actor{"ann", KeyRole::Admin, {}}, now, ids, lookup);
        if (!decision)
            return decision;
        commit(*decision);
        pass(1ms);
        converge();
        return decision;
    }
};

bool warned(const Decision& decision, const char* words)
{
    return std::any_of(
        decision.warnings.begin(), decision.warnings.end(),
        [&](const std::string& line) { return line.find(words) != std::string::npos; });
}

} // namespace

class TestConfigurations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // The log says what was changed, not that something was.
    void theLogNamesWhatChanged()
    {
        Historic c;
        const auto id = c.make("web");
        const auto said = [&](const WriteVerb& verb) {
            const std::size_t before = c.commits.size();
            return c.write(verb) ? c.commits.at(before).log.front().message
                                 : std::string("refused");
        };
        DatasetSetMetadata metadata;
        metadata.dataset.id = id;
        metadata.metadata = {{"owner", "ann"}, {"use", "tests"}};
        QCOMPARE(said(metadata), std::string("metadata.owner = ann, metadata.use = tests"));
        metadata.metadata = {{"owner", "bob"}};
        QCOMPARE(said(metadata), std::string("metadata.owner: ann -> bob, metadata.use removed"));
        metadata.metadata = {{"owner", std::string(100, 'x')}};
        QCOMPARE(said(metadata), std::string("metadata.owner changed"));
        metadata.metadata = {{"flag", ""}}; // there, without a value
        QCOMPARE(said(metadata), std::string("metadata.flag = \"\", metadata.owner changed"));
        NodeLabel label;
        label.node.id = numbered<NodeId>(1);
        for (int i = 10; i < 40; ++i)
            label.labels["label" + std::to_string(i)] = "x";
        const std::string words = said(label);
        QVERIFY2(words.starts_with("labels.label10 = x, ") && words.ends_with(" more"),
                 words.c_str());
        QVERIFY(words.size() < 260);
    }

    void rollbackRestoresDesiredFields()
    {
        Historic c;
        const auto id = c.make("web");
        QVERIFY(c.write(DatasetSetMetadata{ref(id), {{"k", "1"}}}).ok());
        QVERIFY(c.write(NodeLabel{node(2), {{"zone", "a"}}}).ok());
        const Revision then = c.mark();
        QVERIFY(c.write(DatasetSetMetadata{ref(id), {{"k", "2"}}}).ok());
        QVERIFY(c.write(DatasetRename{ref(id), "other"}).ok());
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        QVERIFY(c.write(NodeCordon{node(2), true}).ok());
        c.converge();
        const Epoch epoch = c.ledger(id).epoch;
        const auto done = c.rollback(then);
        QVERIFY(done.ok());
        const auto& record = *c.state.dataset(id);
        QCOMPARE(record.header.name, std::string("web"));
        QVERIFY(record.spec.metadata == Labels({{"k", "1"}}));
        QVERIFY(c.ledger(id).owner == nodeId(1)); // moved back by a new grant
        QVERIFY(c.ledger(id).epoch > epoch);
        QVERIFY(!c.state.node(nodeId(2))->cordoned);
        QVERIFY(diff(c.past[then], configurationOf(c.state), c.state).empty());
        QVERIFY(c.rollback(then)->changes.empty()); // it is so already
        NOTHING_BROKEN(c);
    }

    void rollbackNeitherDeletesNorInvents()
    {
        Historic c;
        const auto kept = c.make("kept");
        const auto deleted = c.make("deleted");
        const auto purged = c.make("purged");
        const auto grown = c.make("grown");
        const Revision then = c.mark();
        const auto later = c.make("later");
        QVERIFY(c.write(DatasetDelete{ref(deleted), 24h, false}).ok());
        QVERIFY(c.write(DatasetDelete{ref(purged), 0ms, false}).ok());
        QVERIFY(c.write(DatasetResize{ref(grown), ByteCount{2ULL << 30}}).ok());
        c.converge();
        const auto done = c.rollback(then);
        QVERIFY(done.ok());
        QVERIFY(!c.state.dataset(deleted)->deletion);
        QVERIFY(c.state.dataset(purged) == nullptr);
        QVERIFY(c.state.dataset(later) != nullptr && !c.state.dataset(later)->deletion);
        QVERIFY(c.state.dataset(grown)->spec.size == ByteCount{2ULL << 30});
        QVERIFY(c.state.dataset(kept) != nullptr);
        QVERIFY(warned(*done, "dataset later was made since"));
        QVERIFY(warned(*done, "dataset purged was purged since"));
        QVERIFY(warned(*done, "dataset grown keeps its size"));
        NOTHING_BROKEN(c);
    }

    void rollbackSwapsNamesBack()
    {
        Historic c;
        const auto a = c.make("a");
        const auto b = c.make("b");
        const Revision then = c.mark();
        QVERIFY(c.write(DatasetRename{ref(a), "x"}).ok());
        QVERIFY(c.write(DatasetRename{ref(b), "a"}).ok());
        QVERIFY(c.write(DatasetRename{ref(a), "b"}).ok());
        QVERIFY(c.rollback(then).ok());
        QVERIFY(c.state.living("a")->id == a);
        QVERIFY(c.state.living("b")->id == b);
        NOTHING_BROKEN(c);
    }

    void rollbackLeavesATakenNameAndALeasedPlace()
    {
        Historic c;
        const auto a = c.make("a");
        const auto leased = c.make("leased");
        const Revision then = c.mark();
        QVERIFY(c.write(DatasetRename{ref(a), "x"}).ok());
        c.make("a");
        QVERIFY(c.write(DatasetMove{ref(leased), node(2), {}, false}).ok());
        c.converge();
        QVERIFY(c.write(LeaseAcquire{ref(leased), node(2), "vm", {}}).ok());
        const auto done = c.rollback(then);
        QVERIFY(done.ok());
        QCOMPARE(c.state.dataset(a)->header.name, std::string("x"));
        QVERIFY(c.state.dataset(leased)->spec.placement.node == nodeId(2));
        QVERIFY(warned(*done, "keeps its name"));
        QVERIFY(warned(*done, "leased by n2/vm"));
        NOTHING_BROKEN(c);
    }

    void diffNamesEveryField()
    {
        Historic c;
        const auto id = c.make("web");
        const Revision then = c.mark();
        QVERIFY(c.write(DatasetResize{ref(id), ByteCount{2ULL << 30}}).ok());
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        QVERIFY(c.write(DatasetSetMetadata{ref(id), {{"owner", "ann"}}}).ok());
        c.make("new");
        const auto lines = diff(c.past[then], configurationOf(c.state), c.state);
        std::map<std::string, std::pair<std::string, std::string>> fields;
        for (const auto& line : lines)
            fields[line.subject + "/" + line.field] = {line.before, line.after};
        QVERIFY(fields.contains("dataset web/size"));
        QVERIFY(fields["dataset web/node"] == std::make_pair(std::string("n1"), std::string("n2")));
        QVERIFY(fields["dataset web/metadata.owner"] ==
                std::make_pair(std::string(), std::string("ann")));
        QVERIFY(fields["dataset new/"].first.empty() && !fields["dataset new/"].second.empty());
        QCOMPARE(lines.size(), std::size_t{4});
    }

    void exportAppliedAgainChangesNothing()
    {
        Historic c;
        c.make("web");
        c.make("db", 2);
        QVERIFY(c.write(NodeLabel{node(2), {{"zone", "a"}}}).ok());
        QVERIFY(c.write(NodeCordon{node(2), true}).ok());
        Apply configuration = exportOf(c.state);
        configuration.prune = true;
        const auto done = c.write(configuration);
        QVERIFY2(done.ok(), done.ok() ? "" : done.error().message.c_str());
        QVERIFY(done->changes.empty());
    }

    void applyCreatesChangesAndPrunes()
    {
        Historic c;
        const auto web = c.make("web");
        const auto db = c.make("db");
        Apply configuration = exportOf(c.state);
        std::erase_if(configuration.datasets, [](const auto& d) { return d.name == "db"; });
        configuration.datasets.front().size = ByteCount{2ULL << 30};
        configuration.datasets.front().node = "n2";
        configuration.datasets.push_back({"new", {}, kGiB, "ext4", {{"k", "v"}}, "n3", {}, {}, {}});
        const auto without = c.write(configuration);
        QVERIFY2(without.ok(), without.ok() ? "" : without.error().message.c_str());
        QVERIFY(!c.state.dataset(db)->deletion);
        QVERIFY(warned(*without, "does not name dataset db, which stays as it is"));
        QVERIFY(without->results.front().message.empty());
        const auto again = c.write(configuration);
        QVERIFY(again.ok() && again->changes.empty());
        QCOMPARE(again->results.front().message, std::string("it is so already"));
        for (int i = 1; i <= 6; ++i)
            c.make("x" + std::to_string(i));
        QVERIFY(warned(*c.write(configuration),
                       "does not name 7 datasets, which stay as they are; --prune deletes them: "
                       "db, x1, x2, x3, x4 and 2 more"));
        configuration.prune = true;
        QVERIFY(c.write(configuration).ok());
        QVERIFY(c.state.dataset(db)->deletion);
        c.converge();
        QVERIFY(c.ledger(web).owner == nodeId(2));
        QVERIFY(c.state.living("new") != nullptr);
        NOTHING_BROKEN(c);
    }

    void applyIsAllOrNothing()
    {
        Historic c;
        c.make("web");
        Apply configuration = exportOf(c.state);
        configuration.datasets.push_back({"new", {}, kGiB, {}, {}, "n3", {}, {}, {}});
        configuration.datasets.front().size = ByteCount{512ULL << 20}; // a shrink
        const auto before = c.state;
        QVERIFY(c.write(configuration).error().code == ErrorCode::Unsupported);
        QVERIFY(c.state.sameRecords(before));
    }

    void recordsComeInPagesWithoutGapOrRepetition()
    {
        Historic c;
        for (int i = 0; i < 7; ++i)
            c.make("d-" + std::to_string(i));
        QVERIFY(c.write(KeyAdd{std::string(40, 'a'), "ann", KeyRole::Admin, {}}).ok());
        const auto all = c.state.recordsAfter(std::nullopt, 1000);
        for (std::size_t limit : {1U, 2U, 3U, 5U, 1000U}) {
            std::vector<Record> paged;
            std::optional<RecordKey> after;
            for (;;) {
                const auto page = c.state.recordsAfter(after, limit);
                if (page.empty())
                    break;
                paged.insert(paged.end(), page.begin(), page.end());
                after = keyOf(page.back());
            }
            QVERIFY(paged == all);
        }
    }

    void digestsAreFnv()
    {
        QCOMPARE(digestOf(""), std::string("cbf29ce484222325"));
        QCOMPARE(digestOf("a"), std::string("af63dc4c8601ec8c"));
    }
};

QTEST_APPLESS_MAIN(TestConfigurations)
#include "tst_configurations.moc"
