// A person's recovery of control's store, from what the nodes have (docs/decisions/0010).

#include "control/core/overlay.h"
#include "tests/sim/run.h"

#include <algorithm>
#include <set>

namespace drover::sim {

namespace {

constexpr bus::Duration kPatience{5'000};  // until a person tries again
constexpr bus::Duration kNoticedLate{250}; // at most; how often it is looked for

} // namespace

// Asks for the recovery until it is done: nodes may be silent, and choices may be needed.
void Simulation::recoverStore()
{
    if (m_control.service()->safeMode().empty() || m_asksRecovery || !allReported())
        return;
    m_asksRecovery = true;
    say("client: recover");
    model::Recover verb;
    verb.choices = m_choices;
    m_watches.front()->client().call(model::Write{{model::Operation{verb, {}}}, false, "", ""},
                                     [this](const model::Result<model::Reply>& reply) {
                                         m_asksRecovery = false;
                                         if (reply && reply->error)
                                             choose(*reply->error);
                                     });
}

// A store that was lost knows of no node: a person sees in the plan which are missing, and waits for them.
bool Simulation::allReported() const
{
    return std::all_of(m_nodes.begin(), m_nodes.end(), [&](const auto& node) {
        const auto* state = m_control.service()->state().nodeState(node->id());
        const bool known = m_control.service()->state().nodeLedger(node->id()) != nullptr;
        return known || (state != nullptr && state->liveness == model::Liveness::Alive);
    });
}

// What control cannot know a person looks up: which copy has every byte.
void Simulation::choose(const model::Error& refusal)
{
    say("client: refused recover: " + refusal.subject + ": " + refusal.message);
    if (refusal.code == model::ErrorCode::NotFound)
        m_choices.clear(); // its node has not told of it yet
    if (refusal.code != model::ErrorCode::Conflict)
        return;
    const std::string name = refusal.subject.substr(refusal.subject.find(' ') + 1);
    std::map<model::DatasetId, const DiskCopy*> best;
    for (const auto& disk : m_disks)
        for (const auto& [id, copy] : disk->copies) {
            const model::DatasetId& dataset = copy.identity.dataset;
            const auto& datasets = m_control.service()->state().datasets();
            const auto record = datasets.find(dataset);
            const bool named = copy.identity.name == name ||
                               (record != datasets.end() && record->second.header.name == name);
            if (!named || !copy.whole || copy.identity.role == model::CopyRole::Orphan)
                continue;
            const DiskCopy*& known = best[dataset];
            const auto rank = [](const DiskCopy& c) {
                return std::pair{c.data.size(), c.identity.epoch};
            };
            if (known == nullptr || rank(*known) < rank(copy))
                known = &copy;
        }
    for (const auto& [dataset, copy] : best) {
        std::erase_if(m_choices, [&, &id = dataset](const model::RecoverChoice& choice) {
            return choice.dataset.id == id;
        });
        m_choices.push_back({{dataset, {}}, copy->identity.copy});
        m_oracle.leftover(*copy);
        count("recovery choice");
    }
}

// The answer may be lost; the store tells.
void Simulation::noticeRecovery()
{
    const auto record = m_control.store().disk.records.find({model::RecordKind::History, {}});
    const auto& history = std::get<model::HistoryRecord>(record->second);
    const auto& ended = history.superseded;
    if (ended.size() <= m_superseded)
        return;
    m_superseded = ended.size();
    ++m_recoveries;
    say("-- control is recovered");
    if (m_calm)
        later(kPatience, [this] { takeBackObstacles(); });
    count("verb recover");
    m_copyRan = m_keepsCopy = false;
    m_choices.clear();
    m_trueStore.reset();
    m_oldStore.reset();
    m_safe.reset();
    m_acknowledged =
        m_control.store().disk.head; // what the other past had promised is lost with it
    m_oracle.gracesAnew(m_world.now() - kNoticedLate + kShortestDeleteGrace);
    // What an old image took away has no copy to speak for it: nobody is left to delete it.
    const auto& records = m_control.store().disk.records;
    for (const model::DatasetId& id : m_imaged)
        if (!records.contains(control::core::keyOf(id, model::RecordKind::Dataset)))
            m_oracle.deleteAsked(id, m_world.now());
    lookAtBytes();
}

// The store was restored in a way that control has found out, or agents may have believed a copy of it.
void Simulation::lookAtSafeMode()
{
    if (m_copyRan && !m_second.running() && (m_keepsCopy || !m_trueStore) &&
        m_world.now() - m_triedAt >= kPatience) {
        m_triedAt = m_world.now();
        recoverStore();
    }
    if (!m_calm || m_recoveries == 0)
        return;
    // Of a dataset that the past which is lost had destroyed only the record is back: somebody deletes it again, or
    // purges it.
    for (const auto& [id, status] : m_control.service()->state().publishedStatuses()) {
        const bool missing =
            std::any_of(status.conditions.begin(), status.conditions.end(), [](const auto& c) {
                return c.type == model::ConditionType::DataMissing || c.reason == "NotWhole";
            });
        const model::DatasetRecord* record = m_control.service()->state().dataset(id);
        if (!missing || record == nullptr)
            continue;
        // A full disk may refuse it once; whoever wants it gone says it again.
        const auto [asked, first] = m_deletedAgain.try_emplace(id, m_world.now());
        if (!first && m_world.now() - asked->second < kPatience)
            continue;
        asked->second = m_world.now();
        m_oracle.deleteAsked(id, m_world.now());
        if (record->deletion)
            ask(model::DatasetPurge{{id, {}}});
        else
            ask(model::DatasetDelete{{id, {}}, model::Duration{0}, true});
    }
}

} // namespace drover::sim
