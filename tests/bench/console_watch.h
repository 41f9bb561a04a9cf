#pragma once

// How a thread with an event loop does: how long each event takes it, and how long one that comes now has to wait.

#include "tests/bench/support/figures.h"

#include <QApplication>
#include <QObject>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace drover::bench {

// What happened between begin() and end().
struct Watched
{
    Latencies wait; // of events that came every few milliseconds, however busy the thread was
    double longestEvent =
        0; // milliseconds of processor time: what one event did, whoever else wanted the processor
    std::string longestName; // what that was
    double seconds = 0;
    double processorSeconds = 0; // of the thread
    [[nodiscard]] double share() const { return seconds > 0 ? processorSeconds / seconds : 0; }
};

// Measures each event of the main thread that is not inside another.
class WatchedApplication final : public QApplication
{
    Q_OBJECT
public:
    WatchedApplication(int& argc, char** argv);
    ~WatchedApplication() override;

    void begin();
    [[nodiscard]] Watched end();

    bool notify(QObject* receiver, QEvent* event) override;
    bool event(QEvent* event) override;

private:
    void probe();

    int m_depth = 0;
    double m_longestEvent = 0;
    std::string m_longestName;
    std::vector<double> m_waits;
    Clock::time_point m_begin;
    double m_processorAtBegin = 0;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_stop = false;
    std::thread m_probe;
};

// Of this process, in bytes.
[[nodiscard]] double residentMemory();

} // namespace drover::bench
