// The table of roles, read out entirely and held against an account of its own.

#include "control/service/roles.h"

#include <QTest>

#include <map>
#include <string>

using namespace drover::model;
using namespace drover::control::service;

namespace {

// a admin, o operator, p plugin, v viewer, n node: who may.
const std::map<std::string, std::string> kExpected{{"dataset.create", "aop"},
                                                   {"dataset.move", "aop"},
                                                   {"dataset.resize", "ao"},
                                                   {"dataset.set-metadata", "ao"},
                                                   {"dataset.rename", "ao"},
                                                   {"dataset.delete", "aop"},
                                                   {"dataset.undelete", "ao"},
                                                   {"dataset.purge", "ao"},
                                                   {"node.label", "ao"},
                                                   {"node.cordon", "ao"},
                                                   {"node.declare-lost", "a"},
                                                   {"node.forget", "a"},
                                                   {"lease.acquire", "aop"},
                                                   {"lease.renew", "aop"},
                                                   {"lease.release", "aop"},
                                                   {"cluster.set", "a"},
                                                   {"rollback", "ao"},
                                                   {"key.add", "a"},
                                                   {"key.remove", "a"},
                                                   {"apply", "ao"},
                                                   {"recover", "a"},
                                                   {"hello", "aopvn"},
                                                   {"status", "aopv"},
                                                   {"node.list", "aopv"},
                                                   {"node.get", "aopv"},
                                                   {"dataset.list", "aopv"},
                                                   {"dataset.get", "aopv"},
                                                   {"lease.list", "aopv"},
                                                   {"key.list", "a"},
                                                   {"history", "aopv"},
                                                   {"diff", "aopv"},
                                                   {"export", "aopv"},
                                                   {"snapshot", "aopv"},
                                                   {"changes", "aopv"},
                                                   {"subscription.status", "aopvn"},
                                                   {"agent.hello", "n"},
                                                   {"agent.report", "n"},
                                                   {"agent.assignment-ack", "n"}};

const std::map<std::string, std::string> kTopics{
    {"config/", "aopv"}, {"log/", "aopv"},  {"state/", "aopv"}, {"tick/", "aopvn"}, {"", ""},
    {"config", ""},      {"config/x/", ""}, {"tick", ""},       {"secrets/", ""}};

const std::map<char, KeyRole> kRoles{{'a', KeyRole::Admin},
                                     {'o', KeyRole::Operator},
                                     {'p', KeyRole::Plugin},
                                     {'v', KeyRole::Viewer},
                                     {'n', KeyRole::Node}};

// Each alternative of a variant, made from nothing.
template <class Variant, std::size_t... I, class Visit>
void forEachAlternative(std::index_sequence<I...>, Visit visit)
{
    (visit(Variant{std::variant_alternative_t<I, Variant>{}}), ...);
}
template <class Variant, class Visit>
void forEachAlternative(Visit visit)
{
    forEachAlternative<Variant>(std::make_index_sequence<std::variant_size_v<Variant>>{}, visit);
}

template <class Variant>
std::map<std::string, std::string> tableOf()
{
    std::map<std::string, std::string> table;
    forEachAlternative<Variant>([&](const Variant& verb) {
        std::string& who = table[verbName(verb)];
        for (const char c : std::string{"aopvn"})
            if (isAllowed(kRoles.at(c), verb))
                who += c;
    });
    return table;
}

} // namespace

class TestRoles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyVerbIsInTheTableAsExpected()
    {
        std::map<std::string, std::string> found = tableOf<WriteVerb>();
        found.merge(tableOf<ReadVerb>());
        found.merge(tableOf<AgentVerb>());
        for (const auto& [verb, who] : found) {
            const auto expected = kExpected.find(verb);
            QVERIFY2(expected != kExpected.end(), verb.c_str());
            QVERIFY2(who == expected->second, (verb + ": " + who).c_str());
        }
        QCOMPARE(found.size(), kExpected.size());
    }

    void topicsAreExact()
    {
        for (const auto& [topic, who] : kTopics)
            for (const auto& [letter, role] : kRoles)
                QVERIFY2(maySubscribe(role, topic) == (who.find(letter) != std::string::npos),
                         (topic + ' ' + letter).c_str());
    }

    void oneForbiddenOperationForbidsTheBatch()
    {
        Write write;
        write.operations.push_back({DatasetCreate{}, {}});
        Request request;
        request.body = write;
        QVERIFY(authorize(KeyRole::Plugin, request));
        write.operations.push_back({DatasetPurge{}, {}});
        request.body = write;
        const auto refused = authorize(KeyRole::Plugin, request);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::PermissionDenied);
        QVERIFY(refused.error().message.find("dataset.purge") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestRoles)
#include "tst_roles.moc"
