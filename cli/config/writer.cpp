#include "cli/config/writer.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>

#include "cli/command/words.hpp"
#include "cli/config/command.hpp"
#include "cli/config/foreign_blocks.hpp"

namespace cli {

namespace {

Lines written_lines(const Config& config, const rib::RouteMapClause& clause) {
  Lines lines;
  for (const auto& command : all_commands())
    if (command.scope == Scope::RouteMap && command.write)
      command.write({.config = config, .clause = &clause}, lines);
  return lines;
}

/// One block of lines with its place: text is collected with indentation, kept lines come where FRR has their
/// like.
class Writer {
 public:
  explicit Writer(const Config& config) : config_(config) {
    for (const auto& line : config.unknown_lines) kept_[line.block].push_back(line.text);
  }

  std::string write() {
    write_rows(Scope::System, {.config = config_}, "");
    write_vrfs();
    write_kept_lines("", "", [](std::string_view text) { return !stands_behind_routers(text); });
    if (config_.bgp) write_bgp(*config_.bgp);
    const auto is_router = [](std::string_view text) { return starts_with_words(text, "router bgp"); };
    write_kept_lines("", "", is_router);
    write_policy();
    write_kept_lines("", "",
                     [&](std::string_view text) { return stands_behind_routers(text) && !is_router(text); });
    return std::move(text_);
  }

 private:
  struct Peer {
    std::string name;
    bool is_group;
    bool is_interface;
    const Neighbor* neighbor;
  };

  void line(std::string_view indentation, std::string_view text) {
    text_ += indentation;
    text_ += text;
    text_ += '\n';
  }
  /// "!" once, and never at the beginning.
  void separate(std::string_view indentation) {
    const auto mark = std::string(indentation) + "!\n";
    if (!text_.empty() && !text_.ends_with("\n" + mark) && text_ != mark) text_ += mark;
  }

  void write_rows(Scope scope, const Source& source, std::string_view indentation) {
    Lines lines;
    for (const auto& command : all_commands()) {
      if (command.scope != scope || !command.write) continue;
      if (command.family && *command.family != source.family) continue;
      command.write(source, lines);
    }
    for (const auto& text : lines) line(indentation, text);
  }

  /// Where FRR has them: before the routers.
  void write_vrfs() {
    std::set<std::string> names;
    for (const auto& [place, lines] : config_.static_routes)
      if (!place.vrf.empty()) names.insert(place.vrf);
    for (const auto& [block, lines] : kept_)
      if (const auto words = split_words(block); words.size() == 2 && words[0].text == "vrf")
        names.insert(std::string(words[1].text));
    for (const auto& name : names) {
      const auto head = vrf_line(name);
      separate("");
      line("", head);
      write_rows(Scope::Vrf, {.config = config_, .vrf = name}, " ");
      write_kept_lines(head, " ", [](std::string_view) { return true; });
      line("", "exit-vrf");
      separate("");
    }
  }

  /// Lists, each kind set off from the next, then route maps.
  void write_policy() {
    for (const auto& command : all_commands()) {
      if (command.scope != Scope::Policy || !command.write) continue;
      Lines lines;
      command.write({.config = config_}, lines);
      if (!lines.empty()) separate("");
      for (const auto& text : lines) line("", text);
    }
    for (const auto& [name, map] : config_.policy.route_maps)
      for (const auto& [sequence, clause] : map.clauses)
        write_clause(route_map_line(name, sequence, clause.permit), clause);
    separate("");
  }

  /// As FRR's vtysh writes it: the lines in the order of the alphabet.
  void write_clause(const std::string& head, const rib::RouteMapClause& clause) {
    auto lines = written_lines(config_, clause);
    std::ranges::copy(lines_of(head), std::back_inserter(lines));
    std::ranges::sort(lines);
    separate("");
    line("", head);
    for (const auto& text : lines) line(" ", text);
    line("", "exit");
  }

  /// The kept lines of a block that `wanted` takes, each followed by the block it opens.
  template <typename Wanted>
  void write_kept_lines(const std::string& block, const std::string& indentation, const Wanted& wanted) {
    for (const auto& kept : lines_of(block)) {
      if (!wanted(kept)) continue;
      const auto& inside = lines_of(inner_block(block, kept));
      if (inside.empty() && !opens_foreign_block(kept, !block.empty())) {
        line(indentation, kept);
        continue;
      }
      separate(indentation);
      line(indentation, kept);
      for (const auto& inner : inside) line(indentation + " ", inner);
      line(indentation, exit_of(kept));
      if (block.empty()) separate(indentation);
    }
    if (block.empty()) separate(indentation);
  }
  const std::vector<std::string>& lines_of(const std::string& block) const {
    static const std::vector<std::string> kNone;
    const auto at = kept_.find(block);
    return at == kept_.end() ? kNone : at->second;
  }

  /// FRR's order: groups, then members group by group, then the other neighbors.
  static std::vector<Peer> peers_of(const Bgp& bgp) {
    std::vector<Peer> peers;
    for (const auto& [name, group] : bgp.peer_groups) peers.push_back({name, true, false, &group});
    for (const auto& [name, neighbor] : bgp.interface_neighbors)
      peers.push_back({name, false, true, &neighbor});
    std::vector<std::pair<const rib::IpAddress*, const Neighbor*>> neighbors;
    for (const auto& [address, neighbor] : bgp.neighbors) neighbors.emplace_back(&address, &neighbor);
    std::ranges::stable_sort(neighbors, {}, [](const auto& entry) {
      const auto& group = entry.second->peer_group;
      return std::pair(!group, group.value_or(""));
    });
    for (const auto& [address, neighbor] : neighbors)
      peers.push_back({address->to_string(), false, false, neighbor});
    return peers;
  }

  void write_bgp(const Bgp& bgp) {
    const auto head = "router bgp " + std::to_string(bgp.as);
    const auto peers = peers_of(bgp);
    separate("");
    line("", head);
    write_rows(Scope::Bgp, {.config = config_, .bgp = &bgp}, " ");
    for (const auto& peer : peers) {
      const Source source{.config = config_,
                          .bgp = &bgp,
                          .peer = peer.name,
                          .is_group = peer.is_group,
                          .is_interface = peer.is_interface,
                          .neighbor = peer.neighbor};
      write_rows(Scope::Peer, source, " ");
      write_rows(Scope::Neighbor, source, " ");
    }
    write_kept_lines(head, " ", [](std::string_view) { return true; });
    for (const auto family : rib::kFamilies) write_family(bgp, head, peers, family);
    line("", "exit");
    separate("");
  }

  void write_family(const Bgp& bgp, const std::string& head, const std::vector<Peer>& peers,
                    rib::Family family) {
    const std::string name =
        family == rib::Family::Ipv4Unicast ? "address-family ipv4 unicast" : "address-family ipv6 unicast";
    const auto before = text_.size();
    separate(" ");
    line(" ", name);
    const auto empty = text_.size();
    write_rows(Scope::Family, {.config = config_, .bgp = &bgp, .family = family}, "  ");
    for (const auto& peer : peers)
      write_rows(Scope::NeighborFamily,
                 {.config = config_,
                  .bgp = &bgp,
                  .peer = peer.name,
                  .is_group = peer.is_group,
                  .is_interface = peer.is_interface,
                  .neighbor = peer.neighbor,
                  .family = family,
                  .settings = &peer.neighbor->families[index_of(family)]},
                 "  ");
    write_kept_lines(head + " / " + name, "  ", [](std::string_view) { return true; });
    if (text_.size() == empty)
      text_.resize(before);  // nothing to say
    else
      line(" ", "exit-address-family");
  }

  const Config& config_;
  std::unordered_map<std::string, std::vector<std::string>> kept_;  // by block
  std::string text_;
};

}  // namespace

std::vector<std::string> written_clause(const Config& config, const std::string& name,
                                        rib::Sequence sequence) {
  const auto* map = config.policy.route_maps.find(name);
  if (!map || !map->clauses.contains(sequence)) return {};
  const auto& clause = map->clauses.at(sequence);
  auto lines = written_lines(config, clause);
  for (const auto& kept : config.unknown_lines)
    if (kept.block == route_map_line(name, sequence, clause.permit)) lines.push_back(kept.text);
  std::ranges::sort(lines);
  return lines;
}

std::string write_config(const Config& config) { return Writer(config).write(); }

}  // namespace cli
