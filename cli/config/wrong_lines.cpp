#include "cli/config/wrong_lines.hpp"

#include <algorithm>
#include <array>

#include "cli/command/syntax.hpp"
#include "cli/command/words.hpp"
#include "cli/config/grammar.hpp"

namespace cli {

namespace {

/// As their syntax begins. Rows of lists and route maps are guards without being named.
constexpr std::array<std::string_view, 26> kGuards{
    "bgp ebgp-requires-policy",
    "bgp reject-as-sets",
    "bgp listen limit",
    "discovery interface",
    "discovery pool",
    "discovery maximum-prefix",
    "fib table",
    "fib vrf",
    "ip protocol bgp route-map",
    "ipv6 protocol bgp route-map",
    "aggregate-address",
    "neighbor PEER peer-group",
    "neighbor PEER shutdown",
    "neighbor PEER password",
    "neighbor PEER ttl-security",
    "neighbor PEER enforce-first-as",
    "neighbor PEER local-role",
    "neighbor PEER strict-capability-match",
    "neighbor PEER remove-private-AS",
    "neighbor PEER maximum-prefix",
    "neighbor PEER distribute-list",
    "neighbor PEER prefix-list",
    "neighbor PEER route-map",
    "neighbor PEER filter-list",
    "neighbor PEER unsuppress-map",
    "neighbor GROUP interface",  // the group that it names has the policy
};

/// What stands without a line, and is taken away by `no`.
constexpr std::array<std::string_view, 3> kGuardsAsNo{
    "bgp default ipv4-unicast",
    "bgp client-to-client reflection",
    "neighbor PEER activate",
};

bool is_guard(const Form& form) {
  const auto& command = *form.command;
  if (command.is_inert) return false;
  const auto syntax = displayed(command.syntax);
  const auto begins_as_one_of = [&](const auto& guards) {
    return std::ranges::any_of(guards, [&](std::string_view guard) { return syntax.starts_with(guard); });
  };
  if (command.scope == Scope::Policy || command.scope == Scope::RouteMap) return true;
  return form.is_negated ? begins_as_one_of(kGuardsAsNo) : begins_as_one_of(kGuards);
}

/// The commands of the mode, or of those around it, that the line begins like.
std::vector<Form> begun_by(const Context& context, std::string_view line) {
  std::vector<Form> forms;
  std::size_t words = 0;
  for (auto mode = mode_of(context).value_or(Mode::Config);; mode = parent_of(mode)) {
    const auto begun = tree_of(mode).begun_by(line);
    if (begun.words > words) forms.clear();
    words = std::max(words, begun.words);
    if (begun.words == words)
      for (const auto command : begun.commands) forms.push_back(form_of(command));
    if (mode == Mode::Config || mode == Mode::Vrf) return forms;  // `ip protocol …` in a VRF is of that VRF
  }
}

/// The word behind "neighbor".
std::optional<Word> neighbor_in(std::string_view line) {
  const auto words = split_words(line);
  const std::size_t at = !words.empty() && words.front().text == "no" ? 1 : 0;
  const bool is_of_neighbor = words.size() > at + 1 && words[at].text.size() >= 3 &&
                              std::string_view("neighbor").starts_with(words[at].text);
  return is_of_neighbor ? std::optional(words[at + 1]) : std::nullopt;
}

bool is_neighbor(const Bgp& bgp, const std::string& written) {
  const auto address = rib::IpAddress::parse(written);
  return (address && bgp.neighbors.contains(*address)) || bgp.peer_groups.contains(written) ||
         bgp.interface_neighbors.contains(written);
}

struct About {
  std::string neighbor;      // as written; "": no neighbor
  std::vector<Form> may_be;  // the commands it could have become
};

About about(const Context& context, std::string_view line) {
  About found;
  std::string understood(line);
  if (const auto word = neighbor_in(line)) {
    found.neighbor = word->text;
    understood.replace(word->column, word->text.size(), "x");  // were it no address, what follows still tells
  }
  found.may_be = begun_by(context, understood);
  return found;
}

bool creates_neighbor(const Form& form) { return form.command->scope == Scope::Peer && !form.is_negated; }

/// Of one or more.
bool all(const std::vector<Form>& forms, bool (*is)(const Form&)) {
  return !forms.empty() && std::ranges::all_of(forms, is);
}

}  // namespace

bool is_broken_guard(const Context& context, std::string_view line) {
  return all(about(context, line).may_be,
             [](const Form& form) { return is_guard(form) && form.command->scope != Scope::RouteMap; });
}

void WrongLines::add(std::size_t problem, const Context& context, std::string_view line) {
  auto [neighbor, forms] = about(context, line);
  if (all(forms, creates_neighbor)) not_created_.insert(neighbor);
  if (std::ranges::any_of(forms, is_guard)) guards_.push_back({problem, std::move(neighbor)});
}

std::vector<std::size_t> WrongLines::dangerous(const Config& config) const {
  std::vector<std::size_t> problems;
  for (const auto& [problem, neighbor] : guards_) {
    const bool is_there = config.bgp && is_neighbor(*config.bgp, neighbor);
    if (is_there || !not_created_.contains(neighbor)) problems.push_back(problem);
  }
  return problems;
}

}  // namespace cli
