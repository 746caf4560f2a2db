#include "cli/config/edit.hpp"

#include <algorithm>
#include <charconv>

#include "cli/command/words.hpp"
#include "cli/config/foreign_blocks.hpp"
#include "cli/config/foreign_modes.hpp"
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
  if (context.size() == 1)
    if (const auto foreign = foreign_opening(context.front())) return foreign->mode;
  if (context.size() == 1 && starts_with_words(context.front(), "vrf")) return Mode::Vrf;
  if (context.size() == 1)
    return starts_with_words(context.front(), "route-map") ? Mode::RouteMap : Mode::RouterBgp;
  return context.back().starts_with("address-family ipv6") ? Mode::AddressFamilyIpv6
                                                           : Mode::AddressFamilyIpv4;
}

/// The line that opens the mode, in full.
std::string opening_line(Mode mode, const Arguments& a) {
  if (mode == Mode::RouterBgp) return "router bgp " + std::to_string(a.number("as"));
  if (mode == Mode::Vrf) return vrf_line(a.text("name"));
  if (mode == Mode::RouteMap)
    return route_map_line(a.text("name"), a.number_as<rib::Sequence>("sequence"), a.has("permit"));
  return std::string(row_of(mode).name);
}

/// The context with every line in its full form; nothing when one opens no mode.
std::optional<Context> canonical(const Context& context) {
  Context full;
  for (const auto& line : context) {
    if (const auto foreign = full.empty() ? foreign_opening(line) : std::nullopt) {
      full.push_back(foreign->line);
      continue;
    }
    const auto match = tree_of(mode_at(full)).match(line);
    const auto* matched = std::get_if<Matched>(&match);
    const auto form = matched ? form_of(matched->command) : Form{};
    if (!matched || form.is_negated || !form.command->enters || full.size() >= 2) return std::nullopt;
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
  if (context.empty() || context.front() != "router bgp " + std::to_string(target.config.bgp->as))
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

Applied apply_line(Config& config, Context& context, std::string_view line, const Bgp& initial) {
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

  Target target{.config = config, .initial_bgp = initial};
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
  if (command.enters && !form.is_negated) place.push_back(opening_line(*command.enters, matched->arguments));
  context = std::move(place);
  return applied;
}

namespace {

constexpr std::string_view kKept =
    "% Warning: kulan does not have this command; the line is kept, without effect";

/// Opens a block that kulan does not have.
bool open_foreign(Config& config, std::string_view line, EditResult& result) {
  auto opening = foreign_opening(line);
  if (!opening) return false;
  keep_line(config, "", opening->line);
  result.status = EditStatus::Done;
  result.text = kKept;
  result.context = {std::move(opening->line)};
  return true;
}

/// In such a block: out of it, a command of configure, or a line that is kept.
EditResult edit_foreign(Config& config, const Context& block, std::string_view line) {
  EditResult result;
  result.context = block;
  const auto text = trimmed(line);
  const bool leaves = std::holds_alternative<Matched>(tree_of(mode_at(block)).match(text));
  const bool is_outer =
      !speaks_of_ip(text) &&
      (foreign_opening(text) || std::holds_alternative<Matched>(tree_of(Mode::Config).match(text)));
  if (leaves) {
    result.leaves_configure = apply_line(config, result.context, text).leaves_configure;
  } else if (is_outer) {
    return edit(config, {}, line);
  } else if (starts_with_words(text, "no")) {
    if (forget_kept_line(config, block, text)) return result;
    const auto applied = failure_of(tree_of(Mode::Config).match(text), line);
    result.status = EditStatus::Unknown;
    result.text = error_mark(line, applied);
  } else {
    keep_line(config, block_of(block), text);
    result.text = kKept;
  }
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
      if (open_foreign(config, line, result)) break;
      if (forget_kept_line(config, *place, line)) {
        result.status = EditStatus::Done;
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

Applied failure_of(const Match& match, std::string_view line) {
  Applied applied;
  if (const auto* unknown = std::get_if<Unknown>(&match)) {
    applied.status = EditStatus::Unknown;
    applied.column = unknown->column;
    applied.expected_keywords = unknown->keywords;
    applied.expected_values = unknown->values;
    applied.end_expected = unknown->end_expected;
  } else if (const auto* ambiguous = std::get_if<Ambiguous>(&match)) {
    applied.status = EditStatus::Ambiguous;
    applied.column = ambiguous->column;
    applied.expected_keywords = ambiguous->keywords;
  } else if (const auto* incomplete = std::get_if<Incomplete>(&match)) {
    applied.status = EditStatus::Incomplete;
    applied.column = right_trimmed(line).size() + 1;
    applied.expected_keywords = incomplete->expected;
  }
  return applied;
}

namespace {

/// "a, b, c, …"
std::string named(const std::vector<std::string>& words) {
  constexpr std::size_t kMostNamed = 6;
  std::string text;
  for (std::size_t i = 0; i < words.size() && i < kMostNamed; ++i) text += (i == 0 ? "" : ", ") + words[i];
  return text + (words.size() > kMostNamed ? ", …" : "");
}

/// What could stand where the error is.
std::string expectation(std::string_view line, const Applied& applied) {
  const auto words = split_words(line);
  const bool is_first = !words.empty() && applied.column <= words.front().column;
  if (applied.status == EditStatus::Unknown && is_first) return "no command begins so; `?` lists all";
  auto expected = applied.expected_values;
  expected.insert(expected.end(), applied.expected_keywords.begin(), applied.expected_keywords.end());
  if (expected.empty()) return applied.end_expected ? "nothing more is expected" : "";
  return "expected " + named(expected) + (applied.end_expected ? ", or nothing more" : "");
}

}  // namespace

std::string error_mark(std::string_view line, const Applied& applied) {
  std::string text = applied.status == EditStatus::Ambiguous    ? "% Ambiguous command: "
                     : applied.status == EditStatus::Incomplete ? "% Command incomplete: "
                                                                : "% Unknown command: ";
  std::string caret(text.size(), ' ');
  text += line;
  auto hint = hint_for(line, applied);
  if (hint.empty()) hint = expectation(line, applied);
  if (hint.empty()) return text;
  for (std::size_t i = 0; i < applied.column; ++i) caret += i < line.size() && line[i] == '\t' ? '\t' : ' ';
  return text + "\n" + caret + "^ " + hint;
}

std::string refusal_mark(std::string_view line, const Applied& applied) {
  if (!applied.has_column) return applied.message;
  const auto begin = std::min(line.find_first_not_of(" \t"), applied.column);
  constexpr std::string_view kIndent = "  ";
  return applied.message + "\n" + std::string(kIndent) + std::string(right_trimmed(line.substr(begin))) +
         "\n" + std::string(kIndent) + std::string(applied.column - begin, ' ') + "^";
}

std::string hint_for(std::string_view line, const Applied& applied) {
  if (applied.status == EditStatus::Ambiguous) return "could be " + named(applied.expected_keywords);
  if (applied.status != EditStatus::Unknown) return {};
  const auto rest = split_words(line.substr(std::min(applied.column, line.size())));
  if (rest.empty()) return {};
  if (const auto near = nearest_word(rest.front().text, applied.expected_keywords))
    return "did you mean \"" + *near + "\"?";
  return applied.expected_values.empty() ? "" : expectation(line, applied);
}

}  // namespace cli
