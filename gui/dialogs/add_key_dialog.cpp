#include "gui/dialogs/add_key_dialog.h"

#include "gui/dialogs/node_choice.h"
#include "gui/models/words.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include <algorithm>
#include <array>
#include <utility>

namespace drover::gui {

using models::Words;

namespace {

constexpr std::array kRoles = {model::KeyRole::Viewer, model::KeyRole::Operator,
                               model::KeyRole::Admin, model::KeyRole::Plugin, model::KeyRole::Node};

} // namespace

AddKeyDialog::AddKeyDialog(const models::ClusterData& cluster, ReadKey readKey, QWidget* parent)
    : StageDialog(tr("Accept a key"), tr("Add to pending"), parent), m_data(cluster),
      m_readKey(std::move(readKey)), m_name(new QLineEdit(this)), m_key(new QLineEdit(this)),
      m_role(new QComboBox(this)), m_node(new QComboBox(this))
{
    setObjectName(QStringLiteral("addKey"));
    addText(tr("Who holds the secret half of this key comes in, with the role that you give here. "
               "Make one with: drover keys new FILE"));
    m_name->setObjectName(QStringLiteral("name"));
    m_key->setObjectName(QStringLiteral("key"));
    m_key->setPlaceholderText(tr("40 characters, or a file that ends in .key"));
    m_role->setObjectName(QStringLiteral("role"));
    for (const model::KeyRole role : kRoles)
        m_role->addItem(Words::of(role), static_cast<int>(role));
    m_node->setObjectName(QStringLiteral("node"));
    addNodes(*m_node, cluster);
    auto* file = new QPushButton(tr("&File…"), this);
    file->setAutoDefault(false);
    auto* line = new QHBoxLayout;
    line->addWidget(m_key, 1);
    line->addWidget(file);
    form().addRow(tr("&Name"), m_name);
    form().addRow(tr("Public &key"), line);
    // A label finds its own field only where it is the row's only one.
    if (auto* label = qobject_cast<QLabel*>(form().labelForField(line)))
        label->setBuddy(m_key);
    form().addRow(tr("&Role"), m_role);
    form().addRow(tr("N&ode"), m_node);
    connect(file, &QPushButton::clicked, this, &AddKeyDialog::chooseFile);
    connect(m_name, &QLineEdit::textChanged, this, &AddKeyDialog::update);
    connect(m_key, &QLineEdit::textChanged, this, &AddKeyDialog::update);
    connect(m_role, &QComboBox::currentIndexChanged, this, &AddKeyDialog::update);
    connect(m_node, &QComboBox::currentIndexChanged, this, &AddKeyDialog::update);
    update();
}

void AddKeyDialog::chooseFile()
{
    const QString file = QFileDialog::getOpenFileName(this, tr("Public key"), {},
                                                      tr("Public keys (*.key);;All files (*)"));
    if (!file.isEmpty())
        m_key->setText(file);
}

void AddKeyDialog::update()
{
    m_node->setEnabled(m_role->currentData().toInt() == static_cast<int>(model::KeyRole::Node));
    setProblem(problem());
}

QString AddKeyDialog::problem() const
{
    const std::string name = m_name->text().trimmed().toStdString();
    if (name.empty())
        return tr("It needs a name");
    if (const auto good = model::checkName("key", name); !good)
        return Words::text(good.error().message);
    const auto& keys = m_data.keys();
    if (std::any_of(keys.begin(), keys.end(), [&](const auto& k) { return k.second.name == name; }))
        return tr("There is a key of this name already");
    const QString typed = m_key->text().trimmed();
    if (typed.isEmpty())
        return tr("Which key?");
    const auto key = m_readKey(typed.toStdString());
    if (!key)
        return Words::of(key.error());
    if (const auto found = keys.find(*key); found != keys.end())
        return tr("It is accepted already, as %1").arg(Words::text(found->second.name));
    if (m_node->isEnabled() && !chosenNode(*m_node))
        return tr("A node's key speaks for one node: choose it");
    return {};
}

model::KeyAdd AddKeyDialog::verb() const
{
    model::KeyAdd verb;
    verb.name = m_name->text().trimmed().toStdString();
    if (const auto key = m_readKey(m_key->text().trimmed().toStdString()))
        verb.publicKey = *key;
    verb.role = static_cast<model::KeyRole>(m_role->currentData().toInt());
    if (verb.role == model::KeyRole::Node)
        verb.node = chosenNode(*m_node);
    return verb;
}

} // namespace drover::gui
