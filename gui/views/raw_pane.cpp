#include "gui/views/raw_pane.h"

#include <QClipboard>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

namespace drover::gui {

namespace {
constexpr int kLines = 18; // that are seen at once
}

RawPane::RawPane(QWidget* parent)
    : QWidget(parent), m_open(new QToolButton(this)),
      m_copy(new QPushButton(tr("Copy &JSON"), this)), m_text(new QPlainTextEdit(this))
{
    m_open->setObjectName(QStringLiteral("rawOpen"));
    m_open->setText(tr("&Raw message"));
    m_open->setToolTip(tr("Record and facts as programs get them"));
    m_open->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_open->setArrowType(Qt::RightArrow);
    m_open->setAutoRaise(true);
    m_open->setCheckable(true);
    m_open->setFocusPolicy(Qt::StrongFocus);
    QFont bold = m_open->font();
    bold.setBold(true);
    m_open->setFont(bold);
    m_copy->setObjectName(QStringLiteral("rawCopy"));
    m_text->setObjectName(QStringLiteral("raw"));
    m_text->setAccessibleName(tr("Raw message"));
    m_text->setReadOnly(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setFixedHeight(m_text->fontMetrics().lineSpacing() * kLines);
    m_text->hide();
    m_copy->hide();
    auto* head = new QHBoxLayout;
    head->addWidget(m_open);
    head->addStretch(1);
    head->addWidget(m_copy);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(head);
    layout->addWidget(m_text);
    connect(m_open, &QToolButton::toggled, this, [this](bool open) {
        m_open->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
        m_text->setVisible(open);
        m_copy->setVisible(open);
        fill();
    });
    connect(m_copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_text->toPlainText()); });
}

void RawPane::show(const QString& key, std::function<QString()> text)
{
    m_key = key;
    m_make = std::move(text);
    fill();
}

void RawPane::fill()
{
    if (!m_open->isChecked() || !m_make)
        return;
    const bool same = m_key == m_filledKey;
    if (same && m_text->textCursor().hasSelection())
        return;
    const QString text = m_make();
    m_filledKey = m_key;
    if (text == m_text->toPlainText())
        return;
    const int line = m_text->verticalScrollBar()->value();
    m_text->setPlainText(text);
    if (same)
        m_text->verticalScrollBar()->setValue(line);
}

} // namespace drover::gui
