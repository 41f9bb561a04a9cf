// The reactor: order, timers, idle tasks, threads, signals.

#include "bus/transport/reactor.h"
#include "bus/transport/signals.h"

#include <QtTest>

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

using namespace drover::bus;

namespace {
constexpr Duration kPatience{15000};
}

class TestBusReactor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tasksRunInOrderAndIdleTasksLast()
    {
        Reactor reactor;
        std::vector<std::string> order;
        reactor.whenIdle([&] { order.push_back("idle"); });
        reactor.post([&] { order.push_back("1"); });
        reactor.post([&] {
            order.push_back("2");
            reactor.post([&] { order.push_back("next round"); });
        });
        QVERIFY(reactor.runUntil([&] { return order.size() == 4; }, kPatience));
        QCOMPARE(order, (std::vector<std::string>{"1", "2", "idle", "next round"}));
    }

    void timersRunInTimeOrderNeverEarlyAndNotWhenUndone()
    {
        Reactor reactor;
        std::vector<int> order;
        const auto begin = std::chrono::steady_clock::now();
        std::chrono::steady_clock::duration took{};
        const auto late = reactor.after(Duration(30), [&] {
            took = std::chrono::steady_clock::now() - begin;
            order.push_back(30);
        });
        const auto early = reactor.after(Duration(10), [&] { order.push_back(10); });
        auto undone = reactor.after(Duration(20), [&] { order.push_back(20); });
        undone.reset();
        reactor.after(Duration(5), [&] { order.push_back(5); }).release();
        QVERIFY(reactor.runUntil([&] { return order.size() == 3; }, kPatience));
        QCOMPARE(order, (std::vector<int>{5, 10, 30}));
        QVERIFY(took >= Duration(30));
    }

    void timerMayUndoItselfAndOthersWhileItRuns()
    {
        Reactor reactor;
        Subscription self;
        Subscription other;
        int count = 0;
        other = reactor.after(Duration(1), [&] { count += 100; });
        self = reactor.after(Duration(0), [&] {
            ++count;
            self.reset();
            other.reset();
        });
        bool over = false;
        const auto end = reactor.after(Duration(20), [&] { over = true; });
        QVERIFY(reactor.runUntil([&] { return over; }, kPatience));
        QCOMPARE(count, 1);
    }

    void subscriptionMayOutliveItsReactor()
    {
        Subscription timer;
        Subscription watch;
        {
            Reactor reactor;
            timer = reactor.after(Duration(1000), [] {});
            watch = reactor.watchDescriptor(0, [] {});
        }
        timer.reset();
        watch.reset();
    }

    void postFromManyThreadsLosesNothing()
    {
        Reactor reactor;
        reactor.start("test");
        int count = 0; // the reactor's thread alone touches it
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 5000; ++i)
                    reactor.post([&] { ++count; });
            });
        for (auto& thread : threads)
            thread.join();
        QCOMPARE(reactor.call([&] { return count; }), 20000);
    }

    void callReturnsThrowsAndFailsOnAStoppedReactor()
    {
        Reactor reactor;
        reactor.start("test");
        QVERIFY(!reactor.isCurrentThread());
        QVERIFY(reactor.call([&] { return reactor.isCurrentThread(); }));
        QVERIFY_EXCEPTION_THROWN(reactor.call([] { throw std::runtime_error("mine"); }),
                                 std::runtime_error);
        reactor.stop();
        QVERIFY_EXCEPTION_THROWN(reactor.call([] {}), std::future_error);
    }

    void tasksThatNeverRanAreDestroyedOnTheReactorsThread()
    {
        struct Owned
        {
            std::atomic<bool>& right;
            std::thread::id owner;
            ~Owned() { right = std::this_thread::get_id() == owner; }
        };
        std::atomic<bool> right{false};
        Reactor reactor;
        reactor.start("test");
        const auto owner = reactor.call([] { return std::this_thread::get_id(); });
        std::promise<void> posted;
        reactor.post([&] {
            reactor.stop();
            posted.get_future().wait();
        });
        auto owned = std::make_shared<Owned>(Owned{right, owner});
        right = false;
        reactor.post([owned = std::move(owned)] {});
        posted.set_value();
        while (!right)
            std::this_thread::yield();
    }

    void readableDescriptorIsToldUntilUnwatched()
    {
        Reactor reactor;
        const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        int count = 0;
        Subscription watch;
        watch = reactor.watchDescriptor(fd, [&] {
            if (++count == 3)
                watch.reset(); // from inside its own handler
        });
        const std::uint64_t one = 1;
        QCOMPARE(::write(fd, &one, sizeof one), ssize_t{8});
        QVERIFY(reactor.runUntil([&] { return count == 3; }, kPatience));
        QVERIFY(!reactor.runUntil([&] { return count > 3; }, Duration(20)));
        ::close(fd);
    }

    void signalsArriveAsTasksAndInterruptNothing()
    {
        struct sigaction before
        {};
        ::sigaction(SIGTERM, nullptr, &before);
        Reactor reactor;
        std::vector<int> signals;
        {
            const SignalWatch watch(reactor, {SIGTERM, SIGUSR1},
                                    [&](int signal) { signals.push_back(signal); });
            ::raise(SIGTERM);
            ::raise(SIGUSR1);
            QVERIFY(reactor.runUntil([&] { return signals.size() == 2; }, kPatience));
            QCOMPARE(signals, (std::vector<int>{SIGTERM, SIGUSR1}));
            // While the reactor sleeps in its poll.
            const pthread_t sleeper = ::pthread_self();
            std::thread killer([&] {
                for (int i = 0; i < 50; ++i)
                    ::pthread_kill(sleeper, SIGUSR1);
            });
            QVERIFY(reactor.runUntil([&] { return signals.size() > 2; }, kPatience));
            killer.join();
        }
        struct sigaction now
        {};
        ::sigaction(SIGTERM, nullptr, &now);
        QVERIFY(now.sa_handler == before.sa_handler);
    }

    void runUntilSaysWhenTimeIsOver()
    {
        Reactor reactor;
        QVERIFY(!reactor.runUntil([] { return false; }, Duration(5)));
        QVERIFY(reactor.runUntil([] { return true; }, Duration(0)));
    }
};

QTEST_APPLESS_MAIN(TestBusReactor)
#include "tst_bus_reactor.moc"
