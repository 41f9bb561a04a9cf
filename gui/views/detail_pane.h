#pragma once

// The selected object in full: desired | actual, field by field, with what differs marked; why it is
// not as wanted, with the command that mends it; a dataset's leases and history; the raw message.

#include "proto/model/condition.h"

#include <QWidget>

#include <vector>

class QLabel;
class QVBoxLayout;

namespace drover::gui {

class FieldTable;
class HistoryPane;
class RawPane;
class Workbench;
namespace models {
struct Detail;
} // namespace models

class DetailPane final : public QWidget
{
    Q_OBJECT
public:
    explicit DetailPane(Workbench& bench, QWidget* parent = nullptr);

protected:
    void changeEvent(QEvent* event) override;

private:
    void layOut();
    void update();
    void show(const models::Detail& detail);
    void showConditions(const models::Detail& detail);
    void showLeases();
    void showRaw();

    Workbench& m_bench;
    QLabel* m_sign;
    QLabel* m_title;
    QLabel* m_state;
    FieldTable* m_fields;
    QLabel* m_conditionsTitle;
    QVBoxLayout* m_conditions;
    std::vector<model::Condition> m_shown; // the cards that are there
    QLabel* m_leasesTitle;
    QLabel* m_leases;
    HistoryPane* m_history;
    RawPane* m_raw;
    QWidget* m_body;
};

} // namespace drover::gui
