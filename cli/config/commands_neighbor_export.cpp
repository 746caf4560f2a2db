// Rows of `neighbor X …` that say what a neighbor is sent in one family, beside policy.
#include "cli/config/command.hpp"
#include "cli/config/neighbor_rows.hpp"

namespace cli {

namespace {

using rib::AddPathSelection;
using rib::RemovePrivateAs;

/// One of the three lines that choose paths; the last one holds.
Command add_path_command(AddPathSelection::Kind kind, std::string text, std::vector<std::string_view> help,
                         std::string_view summary) {
  return {.syntax = "neighbor PEER$peer " + text,
          .help = neighbor_help(std::move(help)),
          .scope = Scope::NeighborFamily,
          .set = [kind](Target& t, const Arguments& a) -> Outcome {
            t.settings->add_path = {kind,
                                    a.has("number") ? a.number_as<std::uint8_t>("number") : std::uint8_t{0}};
            return {};
          },
          .unset = [](Target& t, const Arguments&) -> Outcome {
            t.settings->add_path = AddPathSelection{};
            return {};
          },
          .write =
              [kind, word = text.substr(0, text.find(' '))](const Source& s, Lines& lines) {
                const auto& chosen = s.settings->add_path;
                if (!chosen) return;
                const bool is_off = chosen->kind == AddPathSelection::Kind::None;
                if (is_off && kind == AddPathSelection::Kind::All)
                  lines.push_back("no " + s.neighbor_line(word));
                if (chosen->kind != kind) return;
                const auto number = chosen->count != 0 ? " " + std::to_string(chosen->count) : "";
                lines.push_back(s.neighbor_line(word + number));
              },
          .summary = summary};
}

std::string_view text_of(RemovePrivateAs rule) {
  switch (rule) {
    case RemovePrivateAs::No:
    case RemovePrivateAs::OfPrivatePaths:
      break;
    case RemovePrivateAs::OfPrivatePathsReplaced:
      return " replace-AS";
    case RemovePrivateAs::All:
      return " all";
    case RemovePrivateAs::AllReplaced:
      return " all replace-AS";
  }
  return "";
}

Command remove_private_command() {
  return {
      .syntax = "neighbor PEER$peer remove-private-AS [all] [replace-AS]",
      .help = neighbor_help({"Remove private ASNs in outbound updates", "Apply to all AS numbers",
                             "Replace private ASNs with our ASN in outbound updates"}),
      .scope = Scope::NeighborFamily,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        const bool all = a.has("all"), replace = a.has("replace-AS");
        t.settings->remove_private_as =
            all ? (replace ? RemovePrivateAs::AllReplaced : RemovePrivateAs::All)
                : (replace ? RemovePrivateAs::OfPrivatePathsReplaced : RemovePrivateAs::OfPrivatePaths);
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.settings->remove_private_as = RemovePrivateAs::No;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            const auto& rule = s.settings->remove_private_as;
            if (!rule) return;
            const auto line = s.neighbor_line("remove-private-AS" + std::string(text_of(*rule)));
            lines.push_back(*rule == RemovePrivateAs::No ? "no " + line : line);
          },
      .summary =
          "Takes private AS numbers (RFC 6996) out of the path of an external neighbor: of paths with no "
          "others, or with `all` of every path; `replace-AS` puts ours in their place.",
      .no_syntax = "no neighbor PEER$peer remove-private-AS [all] [replace-AS]",
  };
}

Command default_originate_command() {
  return {
      .syntax = "neighbor PEER$peer default-originate [route-map NAME$map]",
      .help = neighbor_help({"Originate default route to this neighbor",
                             "Route-map to specify criteria to originate default", "Route-map name"}),
      .scope = Scope::NeighborFamily,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.settings->default_originate = true;
        t.settings->default_originate_map.reset();
        if (a.has("map")) t.settings->default_originate_map = a.text("map");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.settings->default_originate = false;
        t.settings->default_originate_map.reset();
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            const auto& value = s.settings->default_originate;
            if (!value) return;
            const auto& map = s.settings->default_originate_map;
            if (!*value) return lines.push_back("no " + s.neighbor_line("default-originate"));
            lines.push_back(
                s.neighbor_line("default-originate" + (map ? " route-map " + *map : std::string{})));
          },
      .summary = "Announces a default route to it; with a route map only while that permits some route.",
      .lists = {{ListKind::RouteMap, "map"}},
  };
}

/// Without a word all three.
struct Unchanged {
  bool as_path, next_hop, med;
};

Unchanged unchanged_of(const Arguments& a) {
  const Unchanged named{a.has("as-path"), a.has("next-hop"), a.has("med")};
  return named.as_path || named.next_hop || named.med ? named : Unchanged{true, true, true};
}

Command attribute_unchanged_command() {
  using rib::NextHopMode;
  return {
      .syntax =
          "neighbor PEER$peer attribute-unchanged "
          "[<as-path|next-hop|med> [<as-path|next-hop|med> [<as-path|next-hop|med>]]]",
      .help = neighbor_help({"BGP attribute is propagated unchanged to this neighbor", "As-path attribute",
                             "Nexthop attribute", "Med attribute", "As-path attribute", "Nexthop attribute",
                             "Med attribute", "As-path attribute", "Nexthop attribute", "Med attribute"}),
      .scope = Scope::NeighborFamily,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        // As in FRR the line says all that is unchanged: it takes the place of an earlier one.
        auto& settings = *t.settings;
        const auto which = unchanged_of(a);
        const auto put = [](std::optional<bool>& value, bool on) {
          if (on || value == true) value = on ? std::optional(true) : std::nullopt;
        };
        put(settings.as_path_unchanged, which.as_path);
        put(settings.med_unchanged, which.med);
        if (which.next_hop)
          settings.next_hop_mode = NextHopMode::Unchanged;
        else if (settings.next_hop_mode == NextHopMode::Unchanged)
          settings.next_hop_mode.reset();
        return {};
      },
      .unset = [](Target& t, const Arguments& a) -> Outcome {
        const auto which = unchanged_of(a);
        if (which.as_path) t.settings->as_path_unchanged = false;
        if (which.next_hop) t.settings->next_hop_mode = NextHopMode::Standard;
        if (which.med) t.settings->med_unchanged = false;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            const auto& f = *s.settings;
            std::string on, off;
            const auto note = [&](const std::optional<bool>& value, std::string_view word) {
              if (value) (*value ? on : off) += " " + std::string(word);
            };
            note(f.as_path_unchanged, "as-path");
            if (f.next_hop_mode == NextHopMode::Unchanged) on += " next-hop";
            note(f.med_unchanged, "med");
            if (!on.empty()) lines.push_back(s.neighbor_line("attribute-unchanged" + on));
            if (!off.empty()) lines.push_back("no " + s.neighbor_line("attribute-unchanged" + off));
          },
      .summary = "The neighbor gets AS path, next hop or MED as we got them; without a word all three.",
  };
}

}  // namespace

std::vector<Command> neighbor_export_commands() {
  std::vector<Command> rows;
  rows.push_back(
      add_path_command(AddPathSelection::Kind::All, "addpath-tx-all-paths",
                       {"Use addpath to advertise all paths to a neighbor"},
                       "Sends every path of a destination to a neighbor that takes several (RFC 7911)."));
  rows.push_back(add_path_command(
      AddPathSelection::Kind::Best, "addpath-tx-best-selected (1-6)$number",
      {"Use addpath to advertise best selected paths to a neighbor", "The number of best paths"},
      "Sends that many paths, the best first."));
  rows.push_back(add_path_command(AddPathSelection::Kind::PerAs, "addpath-tx-bestpath-per-AS",
                                  {"Use addpath to advertise the bestpath per each neighboring AS"},
                                  "Sends the best path of each neighbor AS."));
  rows.push_back(family_switch<&NeighborFamily::disable_add_path_receive>(
      "disable-addpath-rx", {"Do not accept additional paths"},
      "We do not offer to take several paths of a destination; without this line we do."));
  rows.push_back(default_originate_command());
  rows.push_back(remove_private_command());
  rows.push_back(family_switch<&NeighborFamily::as_override>(
      "as-override", {"Override ASNs in outbound updates if aspath equals remote-as"},
      "Where the external neighbor's own AS stands in a path, it gets ours."));
  rows.push_back(attribute_unchanged_command());
  return rows;
}

}  // namespace cli
