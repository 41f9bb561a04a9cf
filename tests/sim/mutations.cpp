#include "tests/sim/mutations.h"

#include "proto/model/mutation.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

namespace drover::sim {

const std::vector<Mutation>& mutations()
{
    static const std::vector<Mutation> all{
        {"skip-epoch-check", "orders and reports of any epoch count"},
        {"grant-before-release", "the target is granted before the source has let go"},
        {"forget-ledger", "a started control knows no grants, phases or copies"},
        {"purge-by-agents-clock", "an agent destroys what is in its trash by itself"},
        {"accept-old-session", "reports of a session that is over count, in any order"},
        {"adopt-stale-copy", "a copy left behind by a move is taken for the dataset"},
        {"reply-before-append", "a write is acknowledged before it is durable"},
        {"forget-ever-created", "data that is missing is made anew, empty"},
        {"trust-partial-report", "a session's first report counts as all there is"},
        {"trust-partial-snapshot", "a snapshot's first part unassigns what it does not name"},
        {"forget-outcomes", "a repeated request is executed again"},
        {"destroy-before-commit", "a deleted dataset is destroyed before its purge is committed"},
        {"take-over-silent-node", "a silent node counts as lost"},
        {"ignore-pool-marker", "a folder without its disk is taken for the pool"},
        {"thaw-keeps-transfer", "a source that thaws keeps its transfer id"},
        {"publish-before-append", "events go out before they are durable"},
        {"skip-digest-check", "the last pass is believed unseen"},
        {"accept-lower-term", "agents and mirrors follow a control that went back"},
        {"mount-without-control", "mounts are made without a word from control"},
    };
    return all;
}

bool breakRule(const std::string& name)
{
#ifdef DROVER_MUTATIONS
    const auto& all = mutations();
    const bool known = name.empty() || std::any_of(all.begin(), all.end(), [&](const Mutation& m) {
                           return m.name == name;
                       });
    if (known)
        model::brokenRule() = name;
    return known;
#else
    return name.empty();
#endif
}

std::vector<std::string> tryMutations(Campaign campaign)
{
    campaign.stopAtFailure = true;
    campaign.quiet = true;
    std::vector<std::string> unseen;
    std::printf("%-24s %8s %8s  %s\n", "rule", "seed", "of", "seen as");
    for (const Mutation& mutation : mutations()) {
        if (!breakRule(mutation.name))
            continue;
        const Totals totals = runCampaign(campaign);
        if (totals.failed.empty()) {
            unseen.emplace_back(mutation.name);
            std::printf("%-24s %8s %8" PRIu64 "  NOT SEEN: %s\n", mutation.name, "-", totals.seeds,
                        mutation.broken);
        } else {
            const auto& [seed, violations] = *totals.failed.begin();
            std::printf("%-24s %8" PRIu64 " %8" PRIu64 "  %s\n", mutation.name, seed, totals.seeds,
                        violations.front().c_str());
        }
        std::fflush(stdout);
    }
    static_cast<void>(breakRule(""));
    return unseen;
}

} // namespace drover::sim
