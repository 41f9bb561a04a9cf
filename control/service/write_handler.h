#pragma once

// Writes: at most once, with a deadline, decided at once and answered when durable.
//
// Specification
// - The key of a write is (user, request id). While its outcome is kept (20 minutes, over restarts)
//   the same request is answered with the same outcome, refusals included; the same id with another
//   body is refused (DuplicateRequest).
// - A write without a deadline, with one more than 10 minutes ahead, or with one that has passed is
//   refused and not executed. The kept outcome is looked up first: who repeats after the deadline
//   learns what became of the request. As outcomes are kept for longer than any deadline can be
//   ahead, a repetition is never executed.
// - Refusals that executed nothing and may be different the next time (deadline, full disk, safe
//   mode, role) are not kept.

#include "control/core/decide.h"
#include "control/service/asker.h"
#include "control/service/decision_loop.h"
#include "control/service/recovery.h"
#include "proto/codec/request_codec.h"

#include <map>
#include <utility>
#include <vector>

namespace drover::control::service {

class WriteHandler
{
public:
    WriteHandler(const Environment& environment, DecisionLoop& loop, Answerer& answerer,
                 const Recovery& recovery)
        : m_environment(environment), m_loop(loop), m_answerer(answerer), m_recovery(recovery)
    {}

    void handle(const Asker& asker, const core::Actor& actor, const codec::DecodedRequest& request);

private:
    using Key = std::pair<std::string, std::string>; // user, request id

    // Answers a repetition; false when the request is new.
    bool answerRepetition(const Asker& asker, const core::Actor& actor,
                          const codec::DecodedRequest& request);
    [[nodiscard]] model::Result<void> checkDeadline(const model::Request& request,
                                                    const model::Now& now) const;
    // Decides and applies; the answer is what the asker gets once it is durable.
    [[nodiscard]] model::Reply execute(const core::Actor& actor, const model::Write& write,
                                       const model::Now& now);
    // Recovers the store and answers; a refusal executed nothing and is not kept.
    void recover(const Asker& asker, const core::Actor& actor, const codec::DecodedRequest& request,
                 const model::Recover& verb);
    void answer(const Asker& asker, const std::string& encodedReply) const;
    void finish(const Key& key, const std::string& encodedReply,
                const model::Result<void>& durable);

    Environment m_environment;
    DecisionLoop& m_loop;
    Answerer& m_answerer;
    const Recovery& m_recovery;
    std::map<Key, std::vector<Asker>> m_askers; // of what is not durable yet
};

} // namespace drover::control::service
