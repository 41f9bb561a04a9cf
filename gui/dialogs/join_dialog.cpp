#include "gui/dialogs/join_dialog.h"

#include "bus/contexts/key_files.h"
#include "gui/models/words.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include <sstream>
#include <utility>

namespace drover::gui {

using contexts::ContextToken;
using model::Error;
using model::ErrorCode;
using models::Words;

namespace {

Error missing(const QString& what)
{
    return {ErrorCode::InvalidArgument, what.toStdString(), "", ""};
}

// Of a file as such: a pipe or a device could keep the window waiting.
model::Result<std::string> textOf(const QString& file)
{
    if (!QFileInfo(file).isFile())
        return Error{ErrorCode::NotFound, "there is no such file", file.toStdString(), ""};
    std::istringstream none;
    return contexts::readText(file.toStdString(), none);
}

QString words(const Error& error)
{
    QString text = Words::text(error.message);
    if (!error.subject.empty())
        text = Words::text(error.subject) + QStringLiteral(": ") + text;
    return error.hint.empty() ? text : text + QStringLiteral("\n") + Words::text(error.hint);
}

} // namespace

JoinDialog::JoinDialog(contexts::Config known, QWidget* parent)
    : StageDialog(tr("Join a cluster"), tr("Join"), parent), m_known(std::move(known)),
      m_by(new QComboBox(this)), m_text(new QLineEdit(this)), m_file(new QLineEdit(this)),
      m_context(new QComboBox(this)), m_address(new QLineEdit(this)),
      m_controlKey(new QLineEdit(this)), m_ownKey(new QLineEdit(this)), m_name(new QLineEdit(this)),
      m_found(addText(tr("You need where control listens, its public key, and a key of your own "
                         "that control knows."))),
      m_fileRow(withBrowse(m_file, "file", tr("A token, or a file of contexts"))),
      m_controlKeyRow(withBrowse(m_controlKey, "controlKey", tr("Control's public key"))),
      m_ownKeyRow(withBrowse(m_ownKey, "ownKey", tr("Your own key")))
{
    setObjectName(QStringLiteral("join"));
    setMinimumWidth(560);
    m_by->setObjectName(QStringLiteral("by"));
    m_by->addItem(tr("a token that somebody gave me"));
    m_by->addItem(tr("a file: a token, or a configuration of drover"));
    m_by->addItem(tr("address and keys"));
    m_text->setObjectName(QStringLiteral("token"));
    m_text->setEchoMode(QLineEdit::Password); // it is as good as a key
    m_text->setPlaceholderText(tr("as drover context export prints it"));
    m_context->setObjectName(QStringLiteral("contextChoice"));
    m_address->setObjectName(QStringLiteral("address"));
    m_address->setPlaceholderText(QStringLiteral("tcp://10.0.0.1:4523"));
    m_controlKey->setPlaceholderText(tr("40 characters, or the file that ends in .key"));
    m_ownKey->setPlaceholderText(tr("the file that ends in .key_secret"));
    m_name->setObjectName(QStringLiteral("name"));
    m_name->setPlaceholderText(tr("as it is called there"));
    form().addRow(tr("&By"), m_by);
    form().addRow(tr("&Token"), m_text);
    form().addRow(tr("&File"), m_fileRow);
    form().addRow(tr("&Cluster"), m_context);
    form().addRow(tr("&Address"), m_address);
    form().addRow(tr("Control's &key"), m_controlKeyRow);
    form().addRow(tr("Your &own key"), m_ownKeyRow);
    form().addRow(tr("&Name here"), m_name);

    connect(m_by, &QComboBox::currentIndexChanged, this, &JoinDialog::showRows);
    connect(m_file, &QLineEdit::textChanged, this, &JoinDialog::readFile);
    connect(m_context, &QComboBox::currentIndexChanged, this, &JoinDialog::check);
    for (QLineEdit* line : {m_text, m_address, m_controlKey, m_ownKey, m_name})
        connect(line, &QLineEdit::textChanged, this, &JoinDialog::check);
    m_text->setFocus();
    showRows();
}

QWidget* JoinDialog::withBrowse(QLineEdit* line, const char* name, const QString& title)
{
    const QString id = QString::fromLatin1(name);
    line->setObjectName(id);
    line->setAccessibleName(title);
    auto* row = new QWidget(this);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* browse = new QPushButton(tr("Browse…"), row);
    browse->setObjectName(id + QStringLiteral("Browse"));
    browse->setAccessibleName(tr("Browse: %1").arg(title));
    browse->setAutoDefault(false);
    layout->addWidget(line, 1);
    layout->addWidget(browse);
    row->setFocusProxy(line);
    connect(browse, &QPushButton::clicked, this, [this, line, title] {
        const QString file = QFileDialog::getOpenFileName(this, title);
        if (!file.isEmpty())
            line->setText(file);
    });
    return row;
}

JoinDialog::By JoinDialog::by() const { return static_cast<By>(m_by->currentIndex()); }

std::string JoinDialog::name() const { return m_name->text().trimmed().toStdString(); }

std::string JoinDialog::ownKey() const
{
    return by() == By::Token && m_token.identity ? std::string()
                                                 : m_ownKey->text().trimmed().toStdString();
}

void JoinDialog::showRows()
{
    form().setRowVisible(m_text, by() == By::Token);
    form().setRowVisible(m_fileRow, by() == By::File);
    form().setRowVisible(m_address, by() == By::Address);
    form().setRowVisible(m_controlKeyRow, by() == By::Address);
    check();
}

void JoinDialog::readFile()
{
    m_offered = {};
    if (const auto text = textOf(m_file->text().trimmed());
        text && !contexts::looksLikeToken(*text))
        if (auto config = contexts::parseConfig(*text, m_file->text().toStdString()))
            m_offered = std::move(*config);
    m_context->clear();
    for (const contexts::Context& context : m_offered.contexts)
        m_context->addItem(Words::text(context.name));
    if (const auto* current = m_offered.find(m_offered.current))
        m_context->setCurrentIndex(static_cast<int>(current - m_offered.contexts.data()));
    check();
}

model::Result<ContextToken> JoinDialog::askedByFile() const
{
    const std::string file = m_file->text().trimmed().toStdString();
    if (file.empty())
        return missing(tr("Choose the file"));
    const auto text = textOf(m_file->text().trimmed());
    if (!text)
        return text.error();
    if (contexts::looksLikeToken(*text))
        return contexts::decodeToken(*text);
    if (const auto config = contexts::parseConfig(*text, file); !config)
        return config.error();
    const int chosen = m_context->currentIndex();
    if (chosen < 0 || chosen >= static_cast<int>(m_offered.contexts.size()))
        return missing(tr("There is no cluster in this file"));
    return ContextToken{m_offered.contexts[static_cast<std::size_t>(chosen)], {}, {}};
}

model::Result<ContextToken> JoinDialog::asked() const
{
    switch (by()) {
    case By::Token:
        if (m_text->text().trimmed().isEmpty())
            return missing(tr("Paste the token"));
        return contexts::decodeToken(m_text->text().toStdString());
    case By::File:
        return askedByFile();
    case By::Address:
        break;
    }
    ContextToken token;
    token.context.name = name();
    token.context.control = m_address->text().trimmed().toStdString();
    if (!m_address->text().trimmed().startsWith(QStringLiteral("tcp://")))
        return missing(tr("The address is tcp://HOST:PORT"));
    if (m_controlKey->text().trimmed().isEmpty())
        return missing(tr("Say which key control has"));
    const auto key = contexts::publicKeyFrom(m_controlKey->text().trimmed().toStdString());
    if (!key)
        return key.error();
    token.context.key = *key;
    if (m_ownKey->text().trimmed().isEmpty())
        return missing(tr("Choose your own key"));
    if (name().empty())
        return missing(tr("Give it a name"));
    return token;
}

void JoinDialog::check()
{
    form().setRowVisible(m_context, by() == By::File && m_context->count() > 1);
    auto token = asked();
    const bool hasKey = token && token->identity;
    form().setRowVisible(m_ownKeyRow, !hasKey);
    if (!token)
        return setProblem(words(token.error()));
    m_token = std::move(*token);
    const contexts::Context& context = m_token.context;
    // What it leads to, so that nobody joins another one than meant.
    QString found = tr("Control at %1; its key begins with %2.")
                        .arg(Words::text(context.control),
                             QString::fromStdString(bus::fingerprint(context.key)).left(19));
    if (!m_token.user.empty())
        found += QLatin1Char(' ') + tr("You are %1 there.").arg(Words::text(m_token.user));
    m_found->setText(found);
    m_ownKey->setPlaceholderText(context.identity.empty() ? tr("the file that ends in .key_secret")
                                                          : Words::text(context.identity));
    const std::string called = name().empty() ? context.name : name();
    if (const auto good = model::checkName("context", called); !good)
        return setProblem(words(good.error()));
    const contexts::Context* known = m_known.find(called);
    if (known && (known->control != context.control || known->key != context.key))
        return setProblem(
            tr("Another cluster is called %1 already; give another name").arg(Words::text(called)));
    if (!hasKey) {
        const std::string own = ownKey().empty() ? context.identity : ownKey();
        if (own.empty())
            return setProblem(tr("Choose your own key"));
        if (const auto good = contexts::readIdentity(contexts::expandHome(own)); !good)
            return setProblem(words(good.error()));
    }
    setProblem({});
}

} // namespace drover::gui
