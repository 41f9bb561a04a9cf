#include "cli/resolve.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace drover::cli {

using model::Error;
using model::ErrorCode;

namespace {

struct Candidate
{
    std::string id;
    std::string name;
};

// The candidate that is meant; the error lists all that could be.
model::Result<Candidate> pick(const std::string& text, const std::string& kind,
                              const std::vector<Candidate>& candidates)
{
    std::vector<Candidate> matches;
    for (const Candidate& candidate : candidates)
        if (candidate.name == text)
            matches.push_back(candidate);
    std::string wanted = text;
    std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    if (matches.empty())
        for (const Candidate& candidate : candidates)
            if (candidate.id.starts_with(wanted))
                matches.push_back(candidate);
    if (matches.size() == 1)
        return matches.front();
    if (matches.empty())
        return Error{ErrorCode::NotFound, "there is none of this name or id", kind + " " + text,
                     "drover " + kind + " list"};
    std::string list;
    for (std::size_t i = 0; i < matches.size() && i < 8; ++i)
        list += (i ? ", " : "") + matches[i].id +
                (matches[i].name.empty() ? "" : " (" + matches[i].name + ")");
    if (matches.size() > 8)
        list += ", and " + std::to_string(matches.size() - 8) + " more";
    return Error{ErrorCode::InvalidArgument, "several are meant by that: " + list,
                 kind + " " + text, "name one of them by its whole id"};
}

// Insertions, removals, changes, and neighbours that changed places (the commonest slip), each
// counted once.
std::size_t distance(const std::string& a, const std::string& b)
{
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        d[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j)
        d[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                                d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

} // namespace

bool isIdPrefix(std::string_view text)
{
    if (text.size() < 4 || text.size() > 36)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const char c = text[i];
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex)
            return false;
    }
    return true;
}

std::string nearest(const std::string& word, const std::vector<std::string>& candidates)
{
    std::string best;
    std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
    if (word.size() <= 2)
        least = 2; // everything is near to almost nothing
    for (const std::string& candidate : candidates) {
        const std::size_t d = distance(word, candidate);
        if (d < least) {
            least = d;
            best = candidate;
        }
    }
    return best;
}

std::string nameOf(const model::NodeView& node)
{
    if (!node.ledger.hostname.empty())
        return node.ledger.hostname;
    if (node.record && !node.record->header.name.empty())
        return node.record->header.name;
    return shortId(node.ledger.id);
}

model::Result<std::vector<model::DatasetView>> listDatasets(Cluster& cluster, bool deleted)
{
    std::vector<model::DatasetView> all;
    model::DatasetList list;
    list.deleted = deleted;
    do {
        auto page = cluster.read<model::DatasetListResult>(list);
        if (!page)
            return page.error();
        std::move(page->datasets.begin(), page->datasets.end(), std::back_inserter(all));
        list.page.after = std::move(page->next);
    } while (!list.page.after.empty());
    std::sort(all.begin(), all.end(), [](const model::DatasetView& a, const model::DatasetView& b) {
        return std::tie(a.record.header.name, a.record.id) <
               std::tie(b.record.header.name, b.record.id);
    });
    return all;
}

model::Result<std::vector<model::NodeView>> listNodes(Cluster& cluster)
{
    std::vector<model::NodeView> all;
    model::NodeList list;
    do {
        auto page = cluster.read<model::NodeListResult>(list);
        if (!page)
            return page.error();
        std::move(page->nodes.begin(), page->nodes.end(), std::back_inserter(all));
        list.page.after = std::move(page->next);
    } while (!list.page.after.empty());
    std::sort(all.begin(), all.end(), [](const model::NodeView& a, const model::NodeView& b) {
        return std::pair(nameOf(a), a.ledger.id) < std::pair(nameOf(b), b.ledger.id);
    });
    return all;
}

model::Result<model::DatasetRef> resolveDataset(Cluster& cluster, const std::string& text,
                                                bool deleted)
{
    if (const auto id = model::DatasetId::parse(text))
        return model::DatasetRef{*id, {}};
    if (!isIdPrefix(text)) {
        // Control would refuse it too; this way it costs no journey, and no odd text travels.
        if (const auto good = model::checkName("dataset", text); !good)
            return good.error();
        return model::DatasetRef{std::nullopt, text};
    }
    std::vector<Candidate> candidates;
    for (const bool gone : {false, true}) {
        if (gone && !deleted)
            break;
        const auto views = listDatasets(cluster, gone);
        if (!views)
            return views.error();
        for (const auto& view : *views)
            candidates.push_back({view.record.id.toString(), view.record.header.name});
    }
    const auto meant = pick(text, "dataset", candidates);
    if (!meant)
        return meant.error();
    const auto id = model::DatasetId::parse(meant->id);
    if (!id)
        return id.error();
    return model::DatasetRef{*id, {}};
}

model::Result<model::NodeRef> resolveNode(Cluster& cluster, const std::string& text)
{
    if (const auto id = model::NodeId::parse(text))
        return model::NodeRef{*id, {}};
    if (!isIdPrefix(text)) {
        if (text.empty())
            return Error{ErrorCode::InvalidArgument, "the name of a node is empty", "",
                         "drover node list"};
        return model::NodeRef{std::nullopt, text};
    }
    const auto views = listNodes(cluster);
    if (!views)
        return views.error();
    std::vector<Candidate> candidates;
    for (const auto& view : *views)
        candidates.push_back({view.ledger.id.toString(), nameOf(view)});
    const auto meant = pick(text, "node", candidates);
    if (!meant)
        return meant.error();
    const auto id = model::NodeId::parse(meant->id);
    if (!id)
        return id.error();
    return model::NodeRef{*id, {}};
}

model::Result<model::LeaseToken> resolveLease(Cluster& cluster, const std::string& text)
{
    if (const auto token = model::LeaseToken::parse(text))
        return *token;
    if (!isIdPrefix(text))
        return Error{ErrorCode::InvalidArgument, "'" + text + "' is no lease token", "",
                     "drover lease list"};
    const auto leases = cluster.read<model::LeaseListResult>(model::LeaseList{});
    if (!leases)
        return leases.error();
    std::vector<Candidate> candidates;
    for (const auto& lease : leases->leases)
        candidates.push_back({lease.record.token.toString(), ""});
    const auto meant = pick(text, "lease", candidates);
    if (!meant)
        return meant.error();
    return model::LeaseToken::parse(meant->id);
}

NodeNames::NodeNames(const std::vector<model::NodeView>& nodes)
{
    for (const auto& node : nodes)
        m_names.emplace(node.ledger.id, nameOf(node));
}

std::string NodeNames::operator()(const model::NodeId& id) const
{
    const auto it = m_names.find(id);
    return it == m_names.end() ? shortId(id) : it->second;
}

model::Result<NodeNames> nodeNames(Cluster& cluster)
{
    const auto nodes = listNodes(cluster);
    if (!nodes)
        return nodes.error();
    return NodeNames(*nodes);
}

} // namespace drover::cli
