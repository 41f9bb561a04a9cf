#include "control/store/faulty_store.h"

#include "control/store/store_rules.h"

namespace drover::control::store {

using namespace model;

namespace {

Error ioError()
{
    return Error{ErrorCode::Io, "the store could not be written: injected fault", "store", {}};
}

} // namespace

Result<Commit> FaultyStore::raiseTerm(const Uuid& nonce, TimePoint at)
{
    if (m_full)
        return fullError();
    return m_behind->raiseTerm(nonce, at);
}

Result<void> FaultyStore::markSafeMode(const SafeModeMark& mark)
{
    if (m_full)
        return fullError();
    return m_behind->markSafeMode(mark);
}

Result<void> FaultyStore::recover(const std::vector<Commit>& commits,
                                  const std::vector<Outcome>& outcomes)
{
    if (m_full)
        return fullError();
    return m_behind->recover(commits, outcomes);
}

Result<void> FaultyStore::append(const std::vector<Commit>& commits,
                                 const std::vector<Outcome>& outcomes)
{
    ++m_appends;
    if (m_full)
        return fullError();
    if (m_fault && m_fault->at == m_appends) {
        switch (m_fault->fault) {
        case StoreFault::Full:
            return fullError();
        case StoreFault::FailBefore:
            return ioError();
        case StoreFault::FailAfter:
            if (auto written = m_behind->append(commits, outcomes); !written)
                return written;
            return ioError();
        }
    }
    return m_behind->append(commits, outcomes);
}

} // namespace drover::control::store
