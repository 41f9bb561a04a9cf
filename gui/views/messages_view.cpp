#include "gui/views/messages_view.h"

#include "bus/contexts/key_files.h"
#include "gui/models/message_text.h"
#include "gui/views/table_page.h"
#include "gui/views/workbench.h"

#include <QCheckBox>
#include <QClipboard>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace drover::gui {

using models::MessagesModel;
using models::TappedMessage;

namespace {

// What a string looks like in Python and, for what stands here, in JSON.
QString quoted(const std::string& text)
{
    QString escaped = QString::fromStdString(text);
    escaped.replace(QLatin1Char('\\'), QStringLiteral("\\\\"));
    escaped.replace(QLatin1Char('"'), QStringLiteral("\\\""));
    return QLatin1Char('"') + escaped + QLatin1Char('"');
}

QString indented(const QString& json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json.toUtf8());
    return document.isNull() ? json : QString::fromUtf8(document.toJson(QJsonDocument::Indented));
}

// As it may stand between three apostrophes: whatever people call their things, it stays data.
QString withoutApostrophes(QString json)
{
    return json.replace(QLatin1Char('\''), QStringLiteral("\\u0027"));
}

// Only writes have guards.
QString withoutGuards(const TappedMessage& request)
{
    if (!QJsonDocument::fromJson(request.json.toUtf8()).object().contains(QStringLiteral("write")))
        return {};
    return QStringLiteral(R"(
# What guarded it when it was sent: it would be refused once anything has changed. Put your own in.
request["write"].pop("expectPlan", None)
for operation in request["write"].get("operations", []):
    operation.pop("preconditions", None)
)");
}

} // namespace

MessagesView::MessagesView(Workbench& bench, QWidget* parent)
    : QWidget(parent), m_bench(bench),
      m_page(new TablePage(QStringLiteral("messages"), tr("Messages"), m_model,
                           MessagesModel::kSortRole,
                           {{MessagesModel::When, 16},
                            {MessagesModel::Direction, 12},
                            {MessagesModel::Name, 26},
                            {MessagesModel::Note, 22},
                            {MessagesModel::Content, 60}},
                           this)),
      m_content(new QPlainTextEdit(this)), m_pause(new QCheckBox(tr("&Pause"), this)),
      m_text(new QCheckBox(tr("As te&xt"), this)), m_clear(new QPushButton(tr("C&lear"), this)),
      m_copy(new QPushButton(tr("&Copy"), this)),
      m_copyScript(new QPushButton(tr("Copy as &script"), this))
{
    setObjectName(QStringLiteral("messagesView"));
    m_content->setReadOnly(true);
    m_content->setAccessibleName(tr("The chosen message"));
    m_content->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_content->setPlaceholderText(tr("Choose a message to see all of it"));
    auto* split = new QSplitter(Qt::Vertical, this);
    split->addWidget(m_page);
    split->addWidget(m_content);
    split->setChildrenCollapsible(false);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(6, 0, 6, 0);
    buttons->addWidget(m_pause);
    buttons->addWidget(m_clear);
    buttons->addWidget(m_text);
    buttons->addStretch(1);
    buttons->addWidget(m_copy);
    buttons->addWidget(m_copyScript);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 4);
    layout->addWidget(split, 1);
    layout->addLayout(buttons);
    setFocusProxy(m_page);
    m_text->setObjectName(QStringLiteral("messageAsText"));
    m_text->setToolTip(tr("With the names of the schema, instead of as JSON"));
    m_copy->setObjectName(QStringLiteral("copyMessage"));
    m_copyScript->setObjectName(QStringLiteral("copyScript"));
    m_page->table().sortByColumn(MessagesModel::When, Qt::DescendingOrder);
    m_copyScript->setToolTip(
        tr("A Python program that sends this request again and prints the reply"));

    connect(&bench.session, &bridge::Session::tapped, this,
            [this](const std::vector<TappedMessage>& messages) { m_model.take(messages); });
    connect(m_page, &TablePage::selectionChanged, this, &MessagesView::showChosen);
    connect(m_pause, &QCheckBox::toggled, this, &MessagesView::listen);
    connect(m_clear, &QPushButton::clicked, this, [this] { m_model.clear(); });
    connect(m_copy, &QPushButton::clicked, this, [this] {
        if (const TappedMessage* message = chosen())
            QGuiApplication::clipboard()->setText(shown(*message));
    });
    connect(m_text, &QCheckBox::toggled, this, &MessagesView::showChosen);
    connect(m_copyScript, &QPushButton::clicked, this, [this] {
        if (const TappedMessage* message = chosen())
            QGuiApplication::clipboard()->setText(script(*message));
    });
    showChosen();
}

MessagesView::~MessagesView() { m_bench.session.tap(false); }

void MessagesView::setFilter(const QString& text) { m_page->setFilter(text); }

void MessagesView::focusFilter() { m_page->focusFilter(); }

void MessagesView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    listen();
}

void MessagesView::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    listen();
}

void MessagesView::listen() { m_bench.session.tap(isVisible() && !m_pause->isChecked()); }

const TappedMessage* MessagesView::chosen() const
{
    const auto rows = m_page->selectedRows();
    return rows.empty() ? nullptr : &m_model.row(rows.front());
}

QString MessagesView::shown(const TappedMessage& message) const
{
    return m_text->isChecked() ? models::messageText(message.json) : indented(message.json);
}

void MessagesView::showChosen()
{
    const TappedMessage* message = chosen();
    m_content->setPlainText(message ? shown(*message) : QString());
    m_copy->setEnabled(message != nullptr);
    m_copyScript->setEnabled(message && message->kind == TappedMessage::Kind::Request);
}

QString MessagesView::script(const TappedMessage& request) const
{
    const contexts::Context& context = m_bench.session.context();
    const auto key = contexts::publicKeyFrom(context.key);
    return QStringLiteral(R"(#!/usr/bin/env python3
# Sends one request to control and prints the reply. Needs pyzmq.
import json, os, sys, time
import zmq, zmq.auth

public, secret = zmq.auth.load_certificate(os.path.expanduser(%1))
socket = zmq.Context().socket(zmq.DEALER)
socket.curve_publickey, socket.curve_secretkey, socket.curve_serverkey = public, secret, %2.encode()
socket.linger = 0
socket.connect(%3)

request = json.loads(r'''
%4
''')
%5request["requestId"] = os.urandom(12).hex()  # the same id again is never executed twice
request["deadlineMs"] = str(int(time.time() * 1000) + 30_000)
socket.send(json.dumps(request).encode())
if not socket.poll(30_000):
    raise SystemExit("no reply")
reply = json.loads(socket.recv())
print(json.dumps(reply, indent=2))
sys.exit(1 if "error" in reply else 0)
)")
        .arg(quoted(context.identity), quoted(key ? *key : context.key), quoted(context.control),
             withoutApostrophes(indented(request.json).trimmed()), withoutGuards(request));
}

} // namespace drover::gui
