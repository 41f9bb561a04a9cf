#pragma once

// The thread that talks to control: it owns the reactor, the connection and the mirror, and hands
// what it hears to the GUI thread as values.
//
// Specification
// - Changes are collected by key, so that only the newest of each object waits, and delivered at
//   most once per frame, and only after the batch before was taken (`acknowledge`): a GUI that is
//   busy gets larger batches, not a queue of them.
// - The first batch of a cluster comes when both snapshots are complete, as a whole.
// - `connection` is delivered when it differs.
//
// Threads. Constructor, destructor, `call` and `acknowledge` are for the GUI thread; none of them
// waits, except the destructor, which waits for the thread to end its present round. Deliveries run
// on the worker's thread: the receiver passes them on.

#include "bus/client/connection.h"
#include "gui/models/batch.h"
#include "gui/models/connection_info.h"
#include "gui/models/messages_model.h"

#include <functional>
#include <memory>
#include <vector>

namespace drover::gui::bridge {

class BusWorker
{
public:
    struct Deliveries
    {
        std::function<void(std::shared_ptr<const models::Batch>)>
            batch; // shared: read by one, later
        std::function<void(models::ConnectionInfo)> connection;
        std::function<void(std::vector<models::TappedMessage>)> messages;
    };
    using Callback = std::function<void(model::Result<model::Reply>)>;

    // Begins to connect at once. `first` names the cluster in what is delivered.
    BusWorker(client::ConnectionOptions options, models::ConnectionInfo first,
              Deliveries deliveries);
    ~BusWorker(); // calls that are in flight are dropped without an answer
    BusWorker(const BusWorker&) = delete;
    BusWorker& operator=(const BusWorker&) = delete;

    // The callback runs on the worker's thread.
    void call(client::Body body, Callback callback);
    void acknowledge();  // the last batch was taken
    void tap(bool open); // whether messages are delivered as they pass

private:
    struct Loop; // context and reactor
    class Parts; // what lives on the worker's thread, made and destroyed there
    Deliveries m_deliveries;
    std::unique_ptr<Loop> m_loop;
    std::unique_ptr<Parts> m_parts;
};

} // namespace drover::gui::bridge
