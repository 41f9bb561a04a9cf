#pragma once

// Reads the configuration as it was at a revision: page by page, so that a large cluster holds up
// nobody.
//
// Owner: the GUI thread.

#include "gui/bridge/session.h"

#include <QObject>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace drover::gui::bridge {

struct Past
{
    model::Revision revision = 0;
    std::optional<model::Commit> commit; // what made it; absent: control does not keep it any more
    std::vector<model::Record> records;
};

class PastReader final : public QObject
{
    Q_OBJECT
public:
    // The session outlives it.
    explicit PastReader(Session& session, QObject* parent = nullptr);

    // What was asked before and is not there yet is dropped.
    void read(model::Revision revision);
    void cancel();

Q_SIGNALS:
    void done(const drover::gui::bridge::Past& past);
    void failed(const drover::model::Error& error);

private:
    void readCommit();
    void readPage(std::string after);
    void takePage(const model::Result<model::Reply>& reply);

    Session& m_session;
    Past m_past;
    std::uint64_t m_question = 0;
};

} // namespace drover::gui::bridge
