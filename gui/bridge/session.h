#pragma once

// The connection to one cluster, as the GUI thread sees it: batches go into the ClusterData, calls
// are answered by a callback on the GUI thread, and the state of the connection is always known.
//
// Nothing here waits, except for the worker's thread to end when another cluster is opened or the
// session is destroyed.
//
// Owner: the GUI thread.

#include "bus/client/cluster_client.h"
#include "bus/contexts/config.h"
#include "gui/models/cluster_data.h"
#include "gui/models/connection_info.h"
#include "gui/models/messages_model.h"

#include <QObject>

#include <functional>
#include <memory>
#include <vector>

namespace drover::gui::bridge {

class BusWorker;

class Session final : public QObject
{
    Q_OBJECT
public:
    // The data outlives it.
    explicit Session(models::ClusterData& data, QObject* parent = nullptr);
    ~Session() override;

    // Leaves the cluster that is open, if any, and connects to this one. What is wrong with the
    // context is told as state Offline.
    void open(const contexts::Context& context);
    void close(const QString& why = {});

    [[nodiscard]] const models::ConnectionInfo& connection() const { return m_connection; }
    // Control's clock now, as far as it is known.
    [[nodiscard]] model::TimePoint now() const;

    using Callback = std::function<void(model::Result<model::Reply>)>;
    // The callback runs on the GUI thread; never, if the receiver dies or another cluster is opened
    // before. A refusal by control comes as the Error.
    void call(client::Body body, QObject* receiver, Callback callback);

    // Whether `tapped` tells of messages as they pass. Stays so when another cluster is opened.
    void tap(bool open);
    // Of the cluster that is open; empty: none is.
    [[nodiscard]] const contexts::Context& context() const { return m_context; }

Q_SIGNALS:
    void connectionChanged();
    void tapped(const std::vector<drover::gui::models::TappedMessage>& messages);

private:
    models::ClusterData& m_data;
    models::ConnectionInfo m_connection;
    contexts::Context m_context;
    bool m_tapOpen = false;
    std::unique_ptr<BusWorker> m_worker;
    std::uint64_t m_generation = 0; // of the worker; what an earlier one still sends is dropped
};

} // namespace drover::gui::bridge
