// TAB and `?` where a neighbor's or a peer group's name may stand: those that the daemon knows are offered.
#include <algorithm>
#include <iterator>
#include <set>

#include "cli/shell.hpp"

namespace cli {

namespace {

struct NeighborNames {
  std::set<std::string> neighbors, groups;
};

/// Of the configuration; of neighbors also those that were found or have called. Nothing without a daemon.
NeighborNames ask_names(Client& client, bool of_candidate) {
  NeighborNames names;
  kulan::api::Request about_configuration, about_neighbors;
  auto& source = *about_configuration.mutable_config()->mutable_source();
  if (of_candidate) source.set_kind(kulan::api::ConfigSource::CANDIDATE);
  about_neighbors.mutable_neighbors();
  std::string text;
  const auto done = client.call(std::move(about_configuration),
                                [&](const auto& response) { text += response.config().text(); });
  if (!done) return names;
  for (std::string_view rest = text; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto words = split_words(line);
    if (words.size() < 3 || words[0].text != "neighbor") continue;
    const bool is_group = words.size() == 3 && words[2].text == "peer-group";
    (is_group ? names.groups : names.neighbors).emplace(words[1].text);
  }
  for (const auto& group : names.groups) names.neighbors.erase(group);
  static_cast<void>(client.call(std::move(about_neighbors), [&](const kulan::api::Response& response) {
    for (const auto& neighbor : response.neighbors().neighbors())
      names.neighbors.insert(show::neighbor_text(neighbor.name()));
  }));
  return names;
}

}  // namespace

/// Those that begin with `half`, each with the help of the word that it can stand for.
std::vector<HelpLine> Shell::known_names(const Completion& completion, std::string_view half) const {
  const auto help_of = [&](std::string_view value) -> std::optional<std::string> {
    const auto found = std::ranges::find(completion.values, value, &HelpLine::word);
    return found == completion.values.end() ? std::nullopt : std::optional(found->text);
  };
  const auto peer = help_of("PEER"), neighbor = help_of("NEIGHBOR"), group = help_of("GROUP");
  if (!peer && !neighbor && !group) return {};
  const auto names = ask_names(client_, in_candidate_);
  std::vector<HelpLine> lines;
  const auto offer = [&](const std::set<std::string>& some, const std::string& help) {
    for (const auto& name : some)
      if (name.starts_with(half)) lines.push_back({name, help});
  };
  if (peer || neighbor) offer(names.neighbors, neighbor.value_or(peer.value_or("")));
  if (peer || group) offer(names.groups, group.value_or("Name of a peer group"));
  return lines;
}

Completion Shell::complete(std::string_view line) const {
  auto completion = keywords_for(line);
  for (const auto& name : known_names(completion, line.substr(completion.column)))
    completion.candidates.push_back(name.word);
  std::ranges::sort(completion.candidates);
  return completion;
}

std::vector<HelpLine> Shell::help(std::string_view line) const {
  auto lines = words_for(line);
  const auto completion = keywords_for(line);
  const auto names = known_names(completion, line.substr(completion.column));
  const auto end = std::ranges::find(lines, "<cr>", &HelpLine::word);
  lines.insert(end, names.begin(), names.end());
  return lines;
}

}  // namespace cli
