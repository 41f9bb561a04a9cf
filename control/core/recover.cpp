#include "control/core/recover.h"

#include "control/core/decide_ops.h"
#include "control/core/facts.h"
#include "control/core/plan.h"
#include "control/core/recover_claims.h"
#include "control/core/recover_nodes.h"

#include <algorithm>
#include <set>

namespace drover::control::core {

using namespace model;

namespace {

// So many datasets are one commit, which then fits a message.
constexpr std::size_t kUnitsPerCommit = 200;

// What one dataset, or the nodes together, bring into the store.
struct Unit
{
    std::vector<Change> changes;
    std::vector<LogEntry> log;
};

class RecoveryPlanner
{
public:
    RecoveryPlanner(const ClusterState& state, const Witnesses& witnesses, const Recover& request,
                    const Actor& actor, const Now& now, Duration safeFor)
        : m_state(state), m_witnesses(witnesses), m_request(request), m_actor(actor), m_now(now),
          m_nodes(state, witnesses, request, actor, now, safeFor)
    {}

    Result<RecoveryPlan> run(IdSource& ids)
    {
        if (auto known = m_nodes.resolveLost(); !known)
            return known.error();
        m_nodes.look(m_out);
        m_claims = claimsOf(m_state, m_witnesses, m_nodes.lost());
        if (auto known = takeChoices(); !known)
            return known.error();
        reserveNames();
        for (const auto& [id, record] : m_state.datasets())
            recoverDataset(id);
        for (const auto& [id, claims] : m_claims)
            if (m_state.dataset(id) == nullptr)
                recoverDataset(id);
        endLeases();
        finish(ids);
        return std::move(m_out);
    }

private:
    // ---- what a person said

    [[nodiscard]] std::string nameOf(const DatasetId& id) const
    {
        if (const auto* record = m_state.dataset(id))
            return record->header.name;
        const auto claims = m_claims.find(id);
        return claims != m_claims.end() ? claims->second.front().found.identity.name
                                        : id.toString();
    }

    Result<void> takeChoices()
    {
        for (const RecoverChoice& choice : m_request.choices) {
            std::set<DatasetId> meant;
            for (const auto& [id, claims] : m_claims)
                if (choice.dataset.id ? id == *choice.dataset.id
                                      : nameOf(id) == choice.dataset.name)
                    meant.insert(id);
            const std::string word =
                choice.dataset.id ? choice.dataset.id->toString() : choice.dataset.name;
            if (meant.empty())
                return refuse(ErrorCode::NotFound, "no node has a copy of dataset " + word,
                              datasetSubject(word), "see `drover recover plan`");
            if (meant.size() > 1)
                return refuse(ErrorCode::Conflict, "several datasets are named " + word,
                              datasetSubject(word), "name it by its id");
            const auto& claims = m_claims.at(*meant.begin());
            const bool isThere = std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) {
                return claim.found.identity.copy == choice.copy && canBeAdopted(claim);
            });
            if (!isThere)
                return refuse(ErrorCode::NotFound,
                              "dataset " + word + " has no whole copy " + choice.copy.toString() +
                                  " that could be adopted",
                              datasetSubject(word), "see `drover recover plan`");
            m_chosen[*meant.begin()] = choice.copy;
        }
        return {};
    }

    // ---- names

    void reserveNames()
    {
        for (const auto& [id, record] : m_state.datasets())
            if (!record.deletion)
                m_names[record.header.name] = id;
    }

    // The name that the dataset may bear among the living: its own, or one made of it.
    std::string freeName(const DatasetId& id, const std::string& wanted)
    {
        std::string name = wanted;
        if (!checkName("dataset", name))
            name = "recovered." + id.toString().substr(0, 8);
        if (const auto held = m_names.find(name); held != m_names.end() && held->second != id)
            name = name.substr(0, kMaximumNameLength - 9) + "." + id.toString().substr(0, 8);
        m_names[name] = id;
        return name;
    }

    // ---- one dataset

    void step(const std::string& node, const std::string& subject, std::string action,
              std::string reason)
    {
        m_out.plan.steps.push_back({node, subject, std::move(action), std::move(reason)});
    }

    void orphan(const Claim& claim, const std::string& subject, const std::string& why)
    {
        ++m_out.orphans;
        step(m_nodes.name(claim.node), subject,
             "keep " + describe(claim, m_nodes.pool(claim.node, claim.found.pool)) +
                 " as an orphan",
             why);
    }

    void recoverDataset(const DatasetId& id)
    {
        const std::string subject = datasetSubject(nameOf(id));
        const auto* ledger = m_state.ledger(id);
        const auto found = m_claims.find(id);
        if (m_state.isTombstone(id) || (ledger != nullptr && ledger->purgeCommitted)) {
            if (m_state.isTombstone(id) && found != m_claims.end())
                for (const Claim& claim : found->second)
                    orphan(claim, subject, "the dataset was purged");
            return;
        }
        if (found == m_claims.end())
            return keep(id, subject, "no copy was seen", /*existed=*/false);
        if (std::none_of(found->second.begin(), found->second.end(), canBeAdopted)) {
            for (const Claim& claim : found->second)
                orphan(claim, subject, "it is not whole, or an orphan already");
            if (m_state.dataset(id) != nullptr)
                keep(id, subject, "no whole copy was seen", /*existed=*/true);
            return;
        }
        const auto chosen = m_chosen.find(id);
        const auto verdict = judge(
            found->second, chosen != m_chosen.end() ? std::optional(chosen->second) : std::nullopt);
        if (verdict.adopted == nullptr)
            return ask(found->second, subject, verdict.why);
        if (!verdict.adopted->seen)
            keep(id, subject, "its copy is on lost node " + m_nodes.name(verdict.adopted->node),
                 /*existed=*/true);
        else
            adopt(id, subject, found->second, *verdict.adopted, verdict.why);
        for (const Claim& claim : found->second)
            if (claim.seen && claim.found.identity.copy != verdict.adopted->found.identity.copy &&
                !isOrderedDestroyed(ledger, claim))
                orphan(claim, subject, "another copy is the dataset");
    }

    static bool isOrderedDestroyed(const DatasetLedger* ledger, const Claim& claim)
    {
        return ledger != nullptr &&
               std::any_of(ledger->retired.begin(), ledger->retired.end(), [&](const auto& r) {
                   return r.copy == claim.found.identity.copy && r.purgeCommitted;
               });
    }

    void ask(const std::vector<Claim>& claims, const std::string& subject, const std::string& why)
    {
        for (const Claim& claim : claims)
            step(m_nodes.name(claim.node), subject,
                 "choose: " + describe(claim, m_nodes.pool(claim.node, claim.found.pool)) +
                     ", generation " + std::to_string(claim.found.identity.generation),
                 why + (claim.found.used ? "; " + toString(*claim.found.used) + " used" : "") +
                     (claim.found.phase == CopyPhase::Mounted ? "; mounted" : ""));
        m_out.obstacles.push_back(refuse(ErrorCode::Conflict, why, subject,
                                         "look at the copies, then say --choose " +
                                             subject.substr(std::string("dataset ").size()) +
                                             "=COPY"));
    }

    // The part of a ledger that recovery leaves alone: destructions that were committed.
    static void keepDestructions(DatasetLedger& ledger)
    {
        std::erase_if(ledger.retired, [&](const RetiredCopy& r) {
            return !r.purgeCommitted || r.copy == ledger.copy;
        });
        ledger.handover.reset();
    }

    // `existed`: there is a sign of data, whatever the store knows. What was placed may have been
    // made and used after the store was copied: no empty volume takes its place.
    void keep(const DatasetId& id, const std::string& subject, const std::string& why, bool existed)
    {
        const auto* known = m_state.ledger(id);
        if (known == nullptr && !existed) // never placed
            return step({}, subject, "place it when there is room, as a new volume", why);
        Unit unit;
        DatasetLedger ledger;
        if (known != nullptr) {
            ledger = *known;
        } else { // placed by who is forgotten: at that place it is missing now
            const Claim& sign = m_claims.at(id).front();
            ledger.id = id;
            ledger.owner = sign.node;
            ledger.pool = sign.found.pool;
            ledger.copy = sign.found.identity.copy;
            ledger.epoch = sign.found.identity.epoch;
        }
        ledger.epoch = aboveAll(std::max(ledger.epoch, m_nodes.highestTerm()));
        ledger.everCreated = true;
        keepDestructions(ledger);
        ++m_out.missing;
        step(m_nodes.name(*ledger.owner), subject,
             "keep it as missing: no empty volume is put in its place", why);
        unit.changes.emplace_back(RecordPut{ledger});
        m_units.push_back(std::move(unit));
    }

    void adopt(const DatasetId& id, const std::string& subject, const std::vector<Claim>& claims,
               const Claim& chosen, const std::string& why)
    {
        const CopyIdentity& identity = chosen.found.identity;
        const auto* known = m_state.ledger(id);
        const auto owner = m_nodes.ownerOf(chosen, claims, known);
        if (!owner)
            return ask(claims, subject, "several nodes have its image mounted");

        DatasetLedger ledger = known != nullptr ? *known : DatasetLedger{};
        Epoch highest = std::max(ledger.epoch, m_nodes.highestTerm());
        for (const Claim& claim : claims)
            highest = std::max(highest, claim.found.identity.epoch);
        // A volume that the store's own grant was about to make, or whose image never got one, may
        // still lack its filesystem. (What holds anything is never formatted.)
        const bool granted = known != nullptr && !known->everCreated &&
                             known->copy == identity.copy && known->epoch == identity.epoch;
        const bool unfinished =
            (granted || isBlank(claims, chosen)) && chosen.found.phase != CopyPhase::Mounted;
        ledger.id = id;
        ledger.epoch = aboveAll(highest);
        ledger.owner = *owner;
        ledger.pool = chosen.found.pool;
        ledger.copy = identity.copy;
        ledger.everCreated = !unfinished;
        keepDestructions(ledger);
        m_owners[id] = *owner;

        DatasetRecord record = recordOf(id, identity);
        ++m_out.adopted;
        std::string what = "adopt " + describe(chosen, m_nodes.pool(chosen.node, ledger.pool)) +
                           ", as owner at epoch " + std::to_string(ledger.epoch);
        if (record.deletion)
            what += "; it stays deleted, and is kept until it is purged or undeleted";
        if (record.header.name != nameOf(id))
            what += "; its name becomes " + record.header.name;
        step(m_nodes.name(*owner), subject, what, why);

        Unit unit;
        unit.log.push_back({m_now.wall, m_actor.user, "recover.adopted",
                            datasetSubject(record.header.name), id, *owner,
                            "node " + m_nodes.name(*owner) + ": " + what});
        unit.changes.emplace_back(RecordPut{std::move(record)});
        unit.changes.emplace_back(RecordPut{std::move(ledger)});
        m_units.push_back(std::move(unit));
    }

    // An image that nobody knows to have a filesystem: a node may have looked before it got one.
    bool isBlank(const std::vector<Claim>& claims, const Claim& chosen) const
    {
        const auto* pool = m_state.poolState(chosen.node, chosen.found.pool);
        return pool != nullptr && !pool->capabilities.filesystems.empty() &&
               std::all_of(claims.begin(), claims.end(), [&](const Claim& claim) {
                   return claim.found.identity.copy != chosen.found.identity.copy ||
                          claim.found.filesystem.empty();
               });
    }

    DatasetRecord recordOf(const DatasetId& id, const CopyIdentity& identity)
    {
        const auto* known = m_state.dataset(id);
        DatasetRecord record;
        if (known != nullptr) {
            record = *known;
        } else {
            record.id = id;
            record.header.createdAt = m_now.wall;
            record.header.createdBy = m_actor.user;
            record.header.generation = 0;
            record.header.name = identity.name;
        }
        if (identity.generation > record.header.generation) {
            record.header.generation = identity.generation;
            record.header.modRevision = m_state.revision() + 1;
            record.header.name = identity.name;
            record.spec = identity.spec;
        }
        record.header.generation = std::max<std::uint64_t>(record.header.generation, 1);
        if (record.header.modRevision == 0)
            record.header.modRevision = m_state.revision() + 1;
        if (record.spec.placement.node && !m_nodes.isKnown(*record.spec.placement.node))
            record.spec.placement.node.reset();
        if (identity.role != CopyRole::Trash) {
            record.deletion.reset();
            record.header.name = freeName(id, record.header.name);
            return record;
        }
        // How long it was to be kept may be what was lost: a person ends it.
        record.deletion =
            Deletion{m_now, kMaximumDuration, record.deletion ? record.deletion->by : m_actor.user};
        if (!checkName("dataset", record.header.name))
            record.header.name = "recovered." + id.toString().substr(0, 8);
        return record;
    }

    // A lease stands where its dataset still is; of a lost node it is void.
    void endLeases()
    {
        Unit unit;
        for (const auto& [token, lease] : m_state.leases()) {
            const auto owner = m_owners.find(lease.dataset);
            const bool moved = owner != m_owners.end() && owner->second != lease.node;
            if (!moved && !m_nodes.lost().contains(lease.node))
                continue;
            unit.changes.emplace_back(RecordRemoved{keyOf(token)});
            step(m_nodes.name(lease.node), datasetSubject(nameOf(lease.dataset)),
                 "end the lease of " + lease.holder, "the dataset is not there");
        }
        if (!unit.changes.empty())
            m_units.push_back(std::move(unit));
    }

    // ---- the whole

    void finish(IdSource& ids)
    {
        // What needs a person stands in front.
        const auto order = [](const PlanStep& step) {
            const bool usual = step.action.starts_with("adopt") ||
                               step.action.starts_with("keep copy") ||
                               step.action.starts_with("create");
            return std::pair{usual, step.subject};
        };
        std::stable_sort(m_out.plan.steps.begin(), m_out.plan.steps.end(),
                         [&](const auto& a, const auto& b) { return order(a) < order(b); });
        std::string text;
        for (const auto& one : m_out.plan.steps)
            text += one.node + '\x1f' + one.subject + '\x1f' + one.action + '\x1e';
        m_out.plan.digest = digestOf(text);
        if (!m_out.obstacles.empty())
            return;

        HistoryRecord history = m_nodes.historyAfter(ids);
        history.running = m_now.running;
        Unit first;
        first.changes.emplace_back(RecordPut{history});
        std::string message = "recovered from the nodes: " + std::to_string(m_out.adopted) +
                              " datasets adopted, " + std::to_string(m_out.missing) + " missing, " +
                              std::to_string(m_out.orphans) + " copies kept as orphans; term " +
                              std::to_string(history.term) + ", history " +
                              history.history.toString();
        if (!m_request.statement.empty())
            message += "; lost: " + m_request.statement;
        first.log.push_back({m_now.wall,
                             m_actor.user,
                             "recover",
                             "cluster " + m_state.cluster().header.name,
                             {},
                             {},
                             message});
        for (const Change& change : m_nodes.changes())
            first.changes.push_back(change);
        commit(std::move(first), history.term);
        for (std::size_t at = 0; at < m_units.size(); at += kUnitsPerCommit) {
            Unit joined;
            for (std::size_t i = at; i < std::min(at + kUnitsPerCommit, m_units.size()); ++i) {
                std::move(m_units[i].changes.begin(), m_units[i].changes.end(),
                          std::back_inserter(joined.changes));
                std::move(m_units[i].log.begin(), m_units[i].log.end(),
                          std::back_inserter(joined.log));
            }
            commit(std::move(joined), history.term);
        }
    }

    void commit(Unit unit, Term term)
    {
        Commit commit;
        commit.revision = m_state.revision() + 1 + m_out.commits.size();
        commit.term = term;
        commit.at = m_now.wall;
        commit.changes = std::move(unit.changes);
        commit.log = std::move(unit.log);
        m_out.commits.push_back(std::move(commit));
    }

    const ClusterState& m_state;
    const Witnesses& m_witnesses;
    const Recover& m_request;
    const Actor& m_actor;
    const Now m_now;
    RecoveryNodes m_nodes;
    Claims m_claims;
    std::map<DatasetId, CopyId> m_chosen;
    std::map<std::string, DatasetId> m_names; // among the living, as they will be
    std::map<DatasetId, NodeId> m_owners;     // of what was adopted
    std::vector<Unit> m_units;
    RecoveryPlan m_out;
};

} // namespace

Result<RecoveryPlan> planRecovery(const ClusterState& state, const Witnesses& witnesses,
                                  const Recover& request, const Actor& actor, const Now& now,
                                  Duration safeFor, IdSource& ids)
{
    return RecoveryPlanner(state, witnesses, request, actor, now, safeFor).run(ids);
}

} // namespace drover::control::core
