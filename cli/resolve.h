#pragma once

// From what a person types to the object that is meant: a name, an id, or the beginning of an id
// that only one object has.

#include "cli/cluster.h"
#include "proto/model/api.h"

#include <map>
#include <string>
#include <vector>

namespace drover::cli {

// Every page of a list, sorted by name.
[[nodiscard]] model::Result<std::vector<model::DatasetView>> listDatasets(Cluster& cluster,
                                                                          bool deleted = false);
[[nodiscard]] model::Result<std::vector<model::NodeView>> listNodes(Cluster& cluster);

// An id gives a reference by id, a word that can be no id's beginning one by name: both without
// asking. Whatever could be either is looked up among the living (`deleted`: and the deleted); a
// name comes before an id's beginning. InvalidArgument lists the objects when several ids begin so.
[[nodiscard]] model::Result<model::DatasetRef>
resolveDataset(Cluster& cluster, const std::string& text, bool deleted = false);
[[nodiscard]] model::Result<model::NodeRef> resolveNode(Cluster& cluster, const std::string& text);
// A lease is named by its token or the beginning of it.
[[nodiscard]] model::Result<model::LeaseToken> resolveLease(Cluster& cluster,
                                                            const std::string& text);

// Whether a text could be the beginning of an id: at least 4 hexadecimal digits and dashes in their
// places.
[[nodiscard]] bool isIdPrefix(std::string_view text);

// The one of `candidates` that a mistyped word most likely meant; empty if none is near.
[[nodiscard]] std::string nearest(const std::string& word,
                                  const std::vector<std::string>& candidates);

// Names of nodes by id, for people; unknown ids are shown by their first 8 characters.
class NodeNames
{
public:
    NodeNames() = default;
    explicit NodeNames(const std::vector<model::NodeView>& nodes);
    [[nodiscard]] std::string operator()(const model::NodeId& id) const;
    [[nodiscard]] std::string operator()(const std::optional<model::NodeId>& id) const
    {
        return id ? (*this)(*id) : std::string();
    }

private:
    std::map<model::NodeId, std::string> m_names;
};
[[nodiscard]] model::Result<NodeNames> nodeNames(Cluster& cluster);
[[nodiscard]] std::string nameOf(const model::NodeView& node);
// The first 8 characters, as tables show ids.
template <class AnyId>
[[nodiscard]] std::string shortId(const AnyId& id)
{
    return id.toString().substr(0, 8);
}

} // namespace drover::cli
