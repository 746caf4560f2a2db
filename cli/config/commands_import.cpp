// Rows of `neighbor X …` by family about what the neighbor may send: how much, and what of it is taken.
#include "cli/config/command.hpp"
#include "cli/config/neighbor_rows.hpp"

namespace cli {

namespace {

constexpr std::uint8_t kAllowOwnAsDefault = 3;  // FRR's `allowas-in` without a number

std::string text_of(const MaximumPrefix& limit) {
  auto text = "maximum-prefix " + std::to_string(limit.number);
  if (limit.threshold != MaximumPrefix{}.threshold) text += " " + std::to_string(limit.threshold);
  if (limit.warning_only) text += " warning-only";
  if (limit.restart_minutes != 0) text += " restart " + std::to_string(limit.restart_minutes);
  if (limit.counts_denied) text += " force";
  return text;
}

Command maximum_prefix_command() {
  return {
      .syntax =
          "neighbor PEER$peer maximum-prefix (1-4294967295)$number [(1-100)$threshold] "
          "[<warning-only|restart (1-65535)$minutes>] [force]",
      .help = neighbor_help(
          {"Maximum number of prefixes to accept from this peer", "Maximum no. of prefix limit",
           "Threshold value (%) at which to generate a warning",
           "Only give a warning when the limit is exceeded", "Restart bgp connection after limit is exceeded",
           "Restart interval in minutes", "Count the routes that policy denies, too"}),
      .scope = Scope::NeighborFamily,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        MaximumPrefix limit;
        limit.number = a.number_as<std::uint32_t>("number");
        if (a.has("threshold")) limit.threshold = a.number_as<std::uint8_t>("threshold");
        limit.warning_only = a.has("warning-only");
        limit.restart_minutes = a.number_as<std::uint16_t>("minutes");
        limit.counts_denied = a.has("force");
        t.settings->maximum_prefix = limit;
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.settings->maximum_prefix = MaximumPrefix{};
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            const auto& limit = s.settings->maximum_prefix;
            if (!limit) return;
            lines.push_back(limit->number == 0 ? "no " + s.neighbor_line("maximum-prefix")
                                               : s.neighbor_line(text_of(*limit)));
          },
      .summary =
          "Closes the session when the neighbor announces more prefixes (RFC 4271 §6.7, RFC 4486 §4): until "
          "it is "
          "cleared, or with `restart` for so many minutes. With `warning-only` it is only logged. At the "
          "threshold (75 %) there is a line in the log. What policy denies counts with `force` only.",
      .no_syntax =
          "no neighbor PEER$peer maximum-prefix [(1-4294967295)$number [(1-100)$threshold] "
          "[<warning-only|restart (1-65535)$minutes>] [force]]",
  };
}

Command allow_own_as_command() {
  return {
      .syntax = "neighbor PEER$peer allowas-in [<(1-10)$count|origin>]",
      .help = neighbor_help({"Accept as-path with my AS present in it", "Number of occurrences of AS number",
                             "Only accept my AS in the as-path if the route was originated in my AS"}),
      .scope = Scope::NeighborFamily,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        AllowOwnAs tolerated;
        tolerated.as_origin = a.has("origin");
        if (!tolerated.as_origin)
          tolerated.count = a.has("count") ? a.number_as<std::uint8_t>("count") : kAllowOwnAsDefault;
        t.settings->allow_own_as = tolerated;
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.settings->allow_own_as = AllowOwnAs{};
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            const auto& tolerated = s.settings->allow_own_as;
            if (!tolerated) return;
            if (*tolerated == AllowOwnAs{}) return lines.push_back("no " + s.neighbor_line("allowas-in"));
            lines.push_back(s.neighbor_line("allowas-in") + (tolerated->as_origin ? " origin"
                                                             : tolerated->count == kAllowOwnAsDefault
                                                                 ? ""
                                                                 : " " + std::to_string(tolerated->count)));
          },
      .summary =
          "Accepts routes with our own AS this many times in the path, 3 without a number; with `origin` "
          "those that began in our AS.",
      .no_syntax = "no neighbor PEER$peer allowas-in [<(1-10)$count|origin>]",
  };
}

Command weight_command() {
  return {
      .syntax = "neighbor PEER$peer weight (0-65535)$value",
      .help = neighbor_help({"Set default weight for routes from this neighbor", "Default weight"}),
      .scope = Scope::NeighborFamily,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.settings->weight = a.number_as<std::uint32_t>("value");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.settings->weight = 0;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            const auto& weight = s.settings->weight;
            if (!weight) return;
            lines.push_back(*weight == 0 ? "no " + s.neighbor_line("weight")
                                         : s.neighbor_line("weight " + std::to_string(*weight)));
          },
      .summary =
          "Weight of its routes, the first thing that is compared and never sent; a route map may change it.",
  };
}

}  // namespace

std::vector<Command> import_commands() {
  std::vector<Command> rows;
  rows.push_back(weight_command());
  rows.push_back(maximum_prefix_command());
  rows.push_back(allow_own_as_command());
  return rows;
}

}  // namespace cli
