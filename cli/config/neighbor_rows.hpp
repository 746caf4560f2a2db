// What the rows of neighbors have in common: a member that is absent inherits, so "no" leaves it absent
// unless the peer group would then turn it on again.
#pragma once

#include <utility>

#include "cli/config/command.hpp"

namespace cli {

inline constexpr std::string_view kNeighbor = "Specify neighbor router";
inline constexpr std::string_view kPeer = "Neighbor address";

/// "64512", "internal", "external", "auto".
std::string to_text(const RemoteAs& remote);
/// Of the tokens <ASNUM$as|internal|external|auto>.
RemoteAs remote_as_from(const Arguments& arguments);
/// Kept lines of other daemons' features about a neighbor go with it.
void forget_lines_of(Config& config, const std::string& peer);

/// Keyword help behind "neighbor PEER".
inline std::vector<std::string_view> neighbor_help(std::vector<std::string_view> rest) {
  rest.insert(rest.begin(), {kNeighbor, kPeer});
  return rest;
}

/// `neighbor PEER <text>` for a switch of the neighbor.
template <std::optional<bool> Neighbor::*member>
Command neighbor_switch(std::string text, std::vector<std::string_view> help, std::string_view summary) {
  return {.syntax = "neighbor PEER$peer " + text,
          .help = neighbor_help(std::move(help)),
          .scope = Scope::Neighbor,
          .set = [](Target& t, const Arguments&) -> Outcome {
            t.neighbor->*member = true;
            return {};
          },
          .unset = [](Target& t, const Arguments&) -> Outcome {
            t.neighbor->*member = false;
            return {};
          },
          .write =
              [text](const Source& s, Lines& lines) {
                if (const auto& value = s.neighbor->*member)
                  lines.push_back((*value ? "" : "no ") + s.neighbor_line(text));
              },
          .summary = summary};
}

/// `neighbor PEER <text>` for a switch of the neighbor in one family.
template <std::optional<bool> NeighborFamily::*member>
Command family_switch(std::string text, std::vector<std::string_view> help, std::string_view summary) {
  return {.syntax = "neighbor PEER$peer " + text,
          .help = neighbor_help(std::move(help)),
          .scope = Scope::NeighborFamily,
          .set = [](Target& t, const Arguments&) -> Outcome {
            t.settings->*member = true;
            return {};
          },
          .unset = [](Target& t, const Arguments&) -> Outcome {
            t.settings->*member = false;
            return {};
          },
          .write =
              [text](const Source& s, Lines& lines) {
                if (const auto& value = s.settings->*member)
                  lines.push_back((*value ? "" : "no ") + s.neighbor_line(text));
              },
          .summary = summary};
}

/// `neighbor PEER <keywords> <value>`: a number or a text that `no` removes. set: from the argument "value";
/// text: what is written behind the keywords.
template <auto member, typename Set, typename Text>
Command neighbor_value(std::string keywords, std::string value, std::vector<std::string_view> help, Set set,
                       Text text, std::string_view summary) {
  return {.syntax = "neighbor PEER$peer " + keywords + " " + value + "$value",
          .help = neighbor_help(std::move(help)),
          .scope = Scope::Neighbor,
          .set = [set](Target& t, const Arguments& a) -> Outcome {
            t.neighbor->*member = set(a);
            return {};
          },
          .unset = [](Target& t, const Arguments&) -> Outcome {
            (t.neighbor->*member).reset();
            return {};
          },
          .write =
              [keywords, text](const Source& s, Lines& lines) {
                if (const auto& stored = s.neighbor->*member)
                  lines.push_back(s.neighbor_line(keywords + " " + text(*stored)));
              },
          .summary = summary};
}

}  // namespace cli
