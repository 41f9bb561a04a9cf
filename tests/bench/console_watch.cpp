#include "tests/bench/console_watch.h"

#include <QEvent>

#include <fstream>
#include <utility>

#include <time.h>
#include <unistd.h>

namespace drover::bench {

namespace {

constexpr std::chrono::milliseconds kProbeEvery{3};

double threadSeconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class Probe final : public QEvent
{
public:
    static Type kind()
    {
        static const int kKind = registerEventType();
        return static_cast<Type>(kKind);
    }
    Probe() : QEvent(kind()) {}
    const Clock::time_point posted = Clock::now();
};

} // namespace

WatchedApplication::WatchedApplication(int& argc, char** argv) : QApplication(argc, argv)
{
    static_cast<void>(Probe::kind());
    m_probe = std::thread([this] { probe(); });
    begin();
}

WatchedApplication::~WatchedApplication()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_one();
    m_probe.join();
}

void WatchedApplication::probe()
{
    std::unique_lock lock(m_mutex);
    for (auto due = Clock::now(); !m_wake.wait_until(lock, due, [this] { return m_stop; });
         due += kProbeEvery)
        postEvent(this, new Probe);
}

void WatchedApplication::begin()
{
    m_waits.clear();
    m_longestEvent = 0;
    m_longestName.clear();
    m_begin = Clock::now();
    m_processorAtBegin = threadSeconds();
}

Watched WatchedApplication::end()
{
    Watched result;
    result.seconds = secondsBetween(m_begin, Clock::now());
    result.processorSeconds = threadSeconds() - m_processorAtBegin;
    result.longestEvent = m_longestEvent;
    result.longestName = m_longestName;
    result.wait = latenciesOf(std::exchange(m_waits, {}), result.seconds);
    return result;
}

bool WatchedApplication::event(QEvent* event)
{
    if (event->type() != Probe::kind())
        return QApplication::event(event);
    m_waits.push_back(secondsBetween(static_cast<Probe*>(event)->posted, Clock::now()) * 1000);
    return true;
}

bool WatchedApplication::notify(QObject* receiver, QEvent* event)
{
    if (m_depth > 0)
        return QApplication::notify(receiver, event);
    // Before it is handled: it may be gone then.
    const QEvent::Type type = event->type();
    const char* name = receiver->metaObject()->className();
    ++m_depth;
    const double before = threadSeconds();
    const bool result = QApplication::notify(receiver, event);
    const double took = (threadSeconds() - before) * 1000;
    --m_depth;
    if (took > m_longestEvent) {
        m_longestEvent = took;
        m_longestName = std::string(name) + " " + std::to_string(type);
    }
    return result;
}

double residentMemory()
{
    double pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;
    return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

} // namespace drover::bench
