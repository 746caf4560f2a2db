#include "cli/config/edit.hpp"

#include <algorithm>
#include <charconv>

#include "cli/command/words.hpp"
#include "cli/config/foreign_blocks.hpp"
#include "cli/config/kept_lines.hpp"

namespace cli {

namespace {

std::size_t depth_of(Mode mode) {
  std::size_t depth = 0;
  for (; mode != Mode::Config && mode != parent_of(mode); mode = parent_of(mode)) ++depth;
  return depth;
}

Mode mode_at(const Context& context) {
  if (context.empty()) return Mode::Config;
  if (const auto foreign = foreign_opening(context.front(), Mode::Config))
    return context.size() == 1 ? foreign->mode : foreign_opening(context[1], foreign->mode)->mode;
  if (context.size() == 1 && starts_with_words(context.front(), "vrf")) return Mode::Vrf;
  if (context.size() == 1)
    return starts_with_words(context.front(), "route-map") ? Mode::RouteMap : Mode::RouterBgp;
  if (const auto foreign = foreign_opening(context.back(), Mode::RouterBgp)) return foreign->mode;
  return context.back().starts_with("address-family ipv6") ? Mode::AddressFamilyIpv6
                                                           : Mode::AddressFamilyIpv4;
}

std::string router_line(rib::AsNumber as) { return "router bgp " + std::to_string(as); }

/// The line that opens the mode, in full.
std::string opening_line(Mode mode, const Arguments& a) {
  if (mode == Mode::RouterBgp) return router_line(a.number_as<rib::AsNumber>("as"));
  if (mode == Mode::Vrf) return vrf_line(a.text("name"));
  if (mode == Mode::RouteMap)
    return route_map_line(a.text("name"), a.number_as<rib::Sequence>("sequence"), a.has("permit"));
  return std::string(row_of(mode).name);
}

/// The context with every line in its full form; nothing when one opens no mode.
std::optional<Context> canonical(const Context& context) {
  Context full;
  for (const auto& line : context) {
    if (full.size() >= 2) return std::nullopt;
    const auto around = mode_at(full);
    if (auto foreign = foreign_opening(line, around); foreign && foreign->around == around) {
      full.push_back(std::move(foreign->line));
      continue;
    }
    const auto match = tree_of(mode_at(full)).match(line);
    const auto* matched = std::get_if<Matched>(&match);
    const auto form = matched ? form_of(matched->command) : Form{};
    if (!matched || form.is_negated || !form.command->enters) return std::nullopt;
    full.push_back(opening_line(*form.command->enters, matched->arguments));
  }
  return full;
}

bool speaks_of_ip(std::string_view line) {
  auto words = split_words(line);
  if (!words.empty() && words.front().text == "no") words.erase(words.begin());
  return !words.empty() && (words.front().text == "ip" || words.front().text == "ipv6");
}

/// A match in the mode itself or, when it knows nothing like it, in a mode around it.
struct Found {
  Match match;
  Mode mode;
};
Found find(Mode mode, std::string_view line) {
  std::optional<Found> deepest;  // of the failures: the one that understood most words tells most
  for (auto m = mode;; m = parent_of(m)) {
    auto match = tree_of(m).match(line);
    if (const auto* matched = std::get_if<Matched>(&match); matched && m != mode) {
      // The families' commands stand under router bgp for Quagga's sake; climbing must not change the family.
      const auto scope = form_of(matched->command).command->scope;
      if (scope == Scope::Family || scope == Scope::NeighborFamily) match = Unknown{};
    }
    const auto* unknown = std::get_if<Unknown>(&match);
    if (!unknown) return {std::move(match), m};
    if (!deepest || unknown->word > std::get<Unknown>(deepest->match).word)
      deepest = Found{std::move(match), m};
    // `ip protocol …` in a VRF's block would be of that VRF.
    const bool is_of_vrf = m == Mode::Vrf && speaks_of_ip(line);
    if (m == Mode::Config || is_of_vrf) return *std::move(deepest);
  }
}

/// context: {"route-map NAME permit 10"}.
Outcome aim_at_clause(Target& target, const Context& context) {
  const auto words = split_words(context.front());
  target.route_map = std::string(words[1].text);
  std::from_chars(words[3].text.data(), words[3].text.data() + words[3].text.size(), target.sequence);
  auto* map = target.config.policy.route_maps.find(target.route_map);
  const auto clause = map ? map->clauses.find(target.sequence) : decltype(map->clauses.end()){};
  if (!map || clause == map->clauses.end()) return "% There is no " + context.front();
  target.clause = &clause->second;
  return {};
}

/// Points the target at what the row is about; says why that is not there.
Outcome aim(Target& target, Scope scope, const Context& context, const Arguments& arguments) {
  if (scope == Scope::System || scope == Scope::Policy) return {};
  if (scope == Scope::RouteMap) return aim_at_clause(target, context);
  if (scope == Scope::Vrf) {
    target.vrf = std::string(split_words(context.front())[1].text);
    return {};
  }
  if (!target.config.bgp) return "% No BGP process is configured";
  if (context.empty() || context.front() != router_line(target.config.bgp->as))
    return "% BGP instance not found";
  auto& bgp = *target.config.bgp;
  target.bgp = &bgp;
  if (scope != Scope::Neighbor && scope != Scope::NeighborFamily) return {};

  if (const auto* address = arguments.address("peer")) {
    const auto at = bgp.neighbors.find(*address);
    if (at != bgp.neighbors.end()) target.neighbor = &at->second;
  } else if (const auto at = bgp.peer_groups.find(arguments.text("peer")); at != bgp.peer_groups.end()) {
    target.neighbor = &at->second;
  } else if (const auto on_link = bgp.interface_neighbors.find(arguments.text("peer"));
             on_link != bgp.interface_neighbors.end()) {
    target.neighbor = &on_link->second;
  }
  if (!target.neighbor) return Refusal("peer", "% Specify remote-as or peer-group commands first");
  target.settings = &target.neighbor->families[index_of(target.family)];
  return {};
}

/// The word at fault; the last thing said, where the refusal names none. of_place: the mode is wrong, no
/// word.
std::optional<std::size_t> column_of(const Refusal& refusal, const Arguments& arguments, bool of_place) {
  if (!refusal.about.empty()) return arguments.column(refusal.about, refusal.word);
  return of_place ? std::nullopt : arguments.last_column("peer");
}

Applied leave(const Command& command, Context& context) {
  Applied applied;
  applied.left = true;
  if (command.leaves == Leave::Configure || context.empty()) {
    applied.leaves_configure = true;
    context.clear();
  } else {
    context.pop_back();
  }
  return applied;
}

}  // namespace

std::string_view warning_of(const Applied& applied) {
  const auto* command = applied.form.command;
  return command && !applied.form.is_negated ? command->warning : std::string_view{};
}

std::optional<Mode> mode_of(const Context& context) {
  const auto full = canonical(context);
  return full ? std::optional(mode_at(*full)) : std::nullopt;
}

Applied apply_line(Config& config, Context& context, std::string_view line) {
  const auto found = find(mode_at(context), line);
  const auto* matched = std::get_if<Matched>(&found.match);
  if (!matched) return failure_of(found.match, line);

  const auto form = form_of(matched->command);
  const auto& command = *form.command;
  auto place = context;
  place.resize(std::min(place.size(), depth_of(found.mode)));
  Applied applied;
  applied.form = form;
  if (command.leaves != Leave::No) {
    applied = leave(command, context);
    applied.form = form;
    return applied;
  }

  Target target{.config = config};
  if (found.mode == Mode::AddressFamilyIpv6) target.family = rib::Family::Ipv6Unicast;
  auto outcome = aim(target, command.scope, place, matched->arguments);
  const bool is_of_place = outcome.has_value();
  if (!outcome) {
    if (command.is_inert)
      keep_inert(config, block_of(place), matched->arguments, form.is_negated);
    else
      outcome = (form.is_negated ? command.unset : command.set)(target, matched->arguments);
  }
  if (outcome) {
    applied.status = EditStatus::Refused;
    applied.message = outcome->text;
    const auto column = column_of(*outcome, matched->arguments, is_of_place);
    applied.has_column = column.has_value();
    applied.column = column.value_or(0);
    return applied;
  }
  if (!form.is_negated) applied.lists = list_names(command, matched->arguments, target.family);
  if (command.enters && !form.is_negated)
    place.push_back(command.enters == Mode::RouterBgp ? router_line(config.bgp->as)
                                                      : opening_line(*command.enters, matched->arguments));
  context = std::move(place);
  return applied;
}

namespace {

constexpr std::string_view kKept =
    "% Warning: kulan does not have this command; the line is kept, without effect";

/// The lines of other daemons' blocks that stand one in the other.
bool is_within_foreign(const Context& context) {
  return context.size() == 2 && is_foreign(mode_at({context.front()}));
}

void keep(Config& config, const Context& block, std::string_view text) {
  if (is_within_foreign(block))
    keep_within(config, block[0], block[1], text);
  else
    keep_line(config, block_of(block), text);
}

bool forget(Config& config, const Context& block, std::string_view text) {
  return is_within_foreign(block) ? forget_within(config, block[0], block[1], text)
                                  : forget_kept_line(config, block, "no " + std::string(text));
}

/// Opens a block that kulan does not have, in `place` or around it.
bool open_foreign(Config& config, const Context& place, std::string_view line, EditResult& result) {
  auto opening = foreign_opening(line, mode_at(place));
  if (!opening) return false;
  result.context = place;
  result.context.resize(depth_of(opening->around));
  if (is_foreign(opening->around))
    open_within(config, result.context.front(), opening->line);
  else
    keep_line(config, block_of(result.context), opening->line);
  result.status = EditStatus::Done;
  result.text = kKept;
  result.context.push_back(std::move(opening->line));
  return true;
}

/// The context of the mode around this block that has such a command.
std::optional<Context> place_of_command(const Context& block, std::string_view text) {
  for (auto mode = mode_at(block); mode != Mode::Config; mode = parent_of(mode)) {
    const auto outer = parent_of(mode);
    if (is_foreign(outer) || !std::holds_alternative<Matched>(tree_of(outer).match(text))) continue;
    return Context(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(depth_of(outer)));
  }
  return std::nullopt;
}

/// In such a block: out of it, a block within it, a command of a mode around it, or a line that is kept.
EditResult edit_foreign(Config& config, const Context& block, std::string_view line) {
  EditResult result;
  result.context = block;
  const auto text = trimmed(line);
  if (std::holds_alternative<Matched>(tree_of(mode_at(block)).match(text))) {
    result.leaves_configure = apply_line(config, result.context, text).leaves_configure;
    return result;
  }
  if (ends_a_mode(text)) {
    result.context.pop_back();
    return result;
  }
  if (open_foreign(config, block, text, result)) return result;
  if (!speaks_of_ip(text))
    if (const auto outer = place_of_command(block, text)) return edit(config, *outer, line);
  const bool is_negated = starts_with_words(text, "no");
  const auto bare = is_negated ? trimmed(text.substr(2)) : text;
  if (is_negated && forget(config, block, bare)) return result;
  if (!is_negated) forget(config, block, "no " + std::string(bare));
  keep(config, block, text);
  result.text = kKept;
  return result;
}

}  // namespace

EditResult edit(Config& config, const Context& context, std::string_view line) {
  EditResult result;
  result.context = context;
  const auto refuse = [&](std::string text) {
    result.status = EditStatus::Refused;
    result.text = std::move(text);
    return result;
  };
  if (const auto defect = line_defect(line)) return refuse("% " + *defect);
  const auto text = trimmed(line);
  if (text.empty() || text.front() == '!' || text.front() == '#') return result;
  auto place = canonical(context);
  if (!place) return refuse("% Unknown mode: " + block_of(context));

  if (is_foreign(mode_at(*place))) return edit_foreign(config, *place, line);
  const auto applied = apply_line(config, *place, line);
  result.status = applied.status;
  result.column = applied.column;
  switch (applied.status) {
    case EditStatus::Done:
      if (config.bgp) drop_redundant(*config.bgp);
      result.context = *std::move(place);
      result.leaves_configure = applied.leaves_configure;
      if (const auto warning = warning_of(applied); !warning.empty())
        result.text = "% Warning: " + std::string(warning);
      for (const auto& list : applied.lists) {
        if (is_defined(config, list)) continue;
        if (!result.text.empty()) result.text += '\n';
        result.text += "% Warning: " + undefined_text(*applied.form.command, list);
      }
      break;
    case EditStatus::Refused:
      result.text = refusal_mark(line, applied);
      break;
    case EditStatus::Unknown:
      if (open_foreign(config, *place, text, result)) break;
      if (forget_kept_line(config, *place, line)) {
        result.status = EditStatus::Done;
        break;
      }
      if (is_unfinished_opening(text, mode_at(*place))) {
        result.status = EditStatus::Incomplete;
        result.text = "% Command incomplete: " + std::string(line);
        break;
      }
      [[fallthrough]];
    case EditStatus::Ambiguous:
    case EditStatus::Incomplete:
      result.text = error_mark(line, applied);
      break;
  }
  return result;
}

Completion complete(const Context& context, std::string_view line) {
  const auto mode = mode_of(context);
  return mode ? tree_of(*mode).complete(line) : Completion{};
}

std::vector<HelpLine> help(const Context& context, std::string_view line) {
  const auto mode = mode_of(context);
  return mode ? tree_of(*mode).help(line) : std::vector<HelpLine>{};
}

std::vector<std::string> list_commands(const Context& context) {
  const auto mode = mode_of(context);
  return mode ? tree_of(*mode).notations() : std::vector<std::string>{};
}

}  // namespace cli
