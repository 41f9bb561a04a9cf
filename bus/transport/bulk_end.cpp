#include "bus/transport/bulk_end.h"

#include <algorithm>
#include <array>
#include <utility>

namespace drover::bus {

namespace {

// How long the end of a channel waits for the peer to have seen it: what is still on the way may be
// a whole window on a slow link.
constexpr Duration kClosePatience{60000};

// Credit goes back in groups: one message for so many frames.
constexpr std::size_t kCreditStep = 2;

template <std::size_t N>
std::string littleEndian(std::uint64_t value)
{
    std::string bytes(N, '\0');
    for (std::size_t i = 0; i < N; ++i)
        bytes[i] = static_cast<char>((value >> (8 * i)) & 0xffU);
    return bytes;
}

std::uint64_t fromLittleEndian(std::string_view bytes)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return value;
}

} // namespace

class BulkEnd::Handle final : public BulkChannel
{
public:
    explicit Handle(std::shared_ptr<BulkEnd> end) : m_end(std::move(end)) {}
    ~Handle() override { m_end->abandon(); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    void onFrame(FrameHandler handler) override
    {
        m_end->m_onFrame = std::make_shared<FrameHandler>(std::move(handler));
        m_end->handlersChanged();
    }
    void onWritable(Task handler) override
    {
        m_end->m_onWritable = std::make_shared<Task>(std::move(handler));
    }
    void onClosed(ClosedHandler handler) override
    {
        m_end->m_onClosed = std::make_shared<ClosedHandler>(std::move(handler));
        m_end->handlersChanged();
    }
    SendResult send(std::string_view frame) override { return m_end->send(frame); }
    void consumed(std::size_t frames) override { m_end->consumed(frames); }
    void close(const std::string& reason) override { m_end->close(reason); }

private:
    std::shared_ptr<BulkEnd> m_end;
};

std::shared_ptr<BulkEnd> BulkEnd::make(Executor& executor, Side side, BulkWire wire)
{
    return std::shared_ptr<BulkEnd>(new BulkEnd(executor, side, std::move(wire)));
}

BulkEnd::BulkEnd(Executor& executor, Side side, BulkWire wire)
    : m_executor(executor), m_side(side), m_wire(std::move(wire))
{}

std::unique_ptr<BulkChannel> BulkEnd::handle()
{
    return std::make_unique<Handle>(shared_from_this());
}

std::optional<std::string> BulkEnd::tokenOf(std::string_view message)
{
    if (message.size() < 2 || message.size() > kBulkTokenLimit + 1 || message.front() != 'O')
        return std::nullopt;
    return std::string(message.substr(1));
}

std::string BulkEnd::refusal(std::string_view reason) { return "E" + std::string(reason); }

void BulkEnd::open(std::string_view token)
{
    if (m_state == State::Opening)
        m_wire.transmit("O", token);
}

void BulkEnd::accept()
{
    if (m_state != State::Opening)
        return;
    m_state = State::Open;
    m_wire.transmit("A", {});
}

void BulkEnd::receive(std::string_view message)
{
    if (message.empty() || m_state == State::Closed)
        return;
    const auto self = shared_from_this();
    const char kind = message.front();
    const auto rest = message.substr(1);
    if (m_state == State::Closing) {
        // We have ended: what still comes is dropped, and only the peer's own end or its
        // acknowledgement matters.
        if (kind == 'E')
            m_wire.transmit("F", {});
        if (kind == 'E' || kind == 'F')
            finish();
        return;
    }
    if (kind != 'D') {
        control(kind, rest);
        return;
    }
    if (m_state != State::Open || rest.size() < 8) {
        violated("a frame out of place");
    } else if (fromLittleEndian(rest.substr(0, 8)) != m_received) {
        violated("a frame is missing");
    } else if (m_outstanding == kBulkWindow || rest.size() - 8 > kBulkFrameLimit) {
        violated("more than the window allows");
    } else {
        ++m_received;
        ++m_outstanding;
        m_arrived.emplace_back(rest.substr(8));
        deliver();
    }
}

void BulkEnd::control(char kind, std::string_view rest)
{
    switch (kind) {
    case 'A':
        if (m_side != Side::Connecting || m_state != State::Opening)
            return violated("an acceptance out of place");
        m_state = State::Open;
        return writable();
    case 'C': {
        const std::uint64_t count = rest.size() == 4 ? fromLittleEndian(rest) : 0;
        if (m_state != State::Open || count == 0 || count > kBulkWindow - m_credit)
            return violated("credit out of place");
        m_credit += static_cast<std::size_t>(count);
        return writable();
    }
    case 'E':
        m_wire.transmit("F", {});
        ended(std::string(rest));
        return;
    default:
        violated("an unknown message");
    }
}

void BulkEnd::writable()
{
    if (!m_wantsToWrite || !m_onWritable)
        return;
    m_wantsToWrite = false;
    const auto handler = m_onWritable;
    (*handler)();
}

SendResult BulkEnd::send(std::string_view frame)
{
    if (frame.size() > kBulkFrameLimit)
        return SendResult::TooLarge;
    if (m_state == State::Closing || m_state == State::Closed)
        return SendResult::PeerGone;
    if (m_state == State::Opening || m_credit == 0) {
        m_wantsToWrite = true;
        return SendResult::QueueFull;
    }
    if (!m_wire.transmit("D" + littleEndian<8>(m_sent), frame))
        return SendResult::PeerGone;
    ++m_sent;
    --m_credit;
    return SendResult::Taken;
}

void BulkEnd::consumed(std::size_t frames)
{
    if (m_state != State::Open)
        return;
    const std::size_t now = std::min(frames, m_outstanding - m_owed);
    m_owed += now;
    if (m_owed < kCreditStep)
        return;
    m_wire.transmit("C" + littleEndian<4>(m_owed), {});
    m_outstanding -= std::exchange(m_owed, 0);
}

void BulkEnd::close(const std::string& reason)
{
    if (m_state == State::Closing || m_state == State::Closed)
        return;
    const auto self = shared_from_this();
    // The longest reason must fit a message of the smallest limit around.
    const bool told = m_wire.transmit("E", std::string_view(reason).substr(0, 1000));
    m_arrived.clear();
    if (!told) {
        finish();
        return;
    }
    m_state = State::Closing;
    // Keeps this end alive, with its handle gone, until the peer has answered or the time is over.
    m_closeDeadline = m_executor.after(kClosePatience, [self] { self->finish(); });
}

void BulkEnd::abandon()
{
    const auto self = shared_from_this();
    m_onFrame.reset();
    m_onWritable.reset();
    m_onClosed.reset();
    m_deliverLater.reset();
    close("the other end gave the channel up");
}

void BulkEnd::lost(const std::string& reason)
{
    if (m_state == State::Closed)
        return;
    const auto self = shared_from_this();
    const bool wasClosing = m_state == State::Closing;
    if (wasClosing)
        finish();
    else
        ended(reason);
}

void BulkEnd::sever(const std::string& reason)
{
    if (m_state == State::Closed)
        return;
    const auto self = shared_from_this();
    if (m_state != State::Closing)
        m_end = reason;
    finish();
    handlersChanged();
}

void BulkEnd::violated(const std::string& what)
{
    const std::string reason = "the channel broke its protocol: " + what;
    m_wire.transmit("E", reason);
    ended(reason);
}

void BulkEnd::ended(const std::string& reason)
{
    const auto self = shared_from_this();
    m_end = reason;
    finish();
    deliver();
}

void BulkEnd::finish()
{
    if (m_state == State::Closed)
        return;
    const auto self = shared_from_this(); // what keeps us may be in the subscription
    m_state = State::Closed;
    m_closeDeadline.reset();
    const BulkWire wire =
        std::exchange(m_wire, {[](std::string_view, std::string_view) { return false; }, {}});
    if (wire.finished)
        wire.finished();
}

void BulkEnd::handlersChanged()
{
    // Handlers are not called from inside a member function of the channel; what waits for them
    // comes in a moment.
    if (m_arrived.empty() && !m_end)
        return;
    m_deliverLater = m_executor.after(Duration::zero(), [weak = weak_from_this()] {
        if (const auto self = weak.lock())
            self->deliver();
    });
}

void BulkEnd::deliver()
{
    if (m_delivering)
        return;
    const auto self = shared_from_this();
    m_delivering = true;
    while (!m_arrived.empty() && m_onFrame) {
        Frame frame = std::move(m_arrived.front());
        m_arrived.pop_front();
        const auto handler = m_onFrame;
        (*handler)(std::move(frame));
    }
    if (m_arrived.empty() && m_end && m_onClosed) {
        const std::string reason = *std::exchange(m_end, std::nullopt);
        const auto handler = std::exchange(m_onClosed, nullptr);
        (*handler)(reason);
    }
    m_delivering = false;
}

} // namespace drover::bus
