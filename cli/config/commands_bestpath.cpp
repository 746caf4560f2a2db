// Rows about the choice among paths and what becomes of it: `bgp bestpath …`, and by family how many paths
// share traffic (`maximum-paths`) and how much BGP is worth beside other protocols (`distance bgp`).
#include "cli/config/bgp_switch.hpp"
#include "cli/config/help_words.hpp"

namespace cli {

namespace {

constexpr std::string_view kBestpath = "Change the default bestpath selection";

/// FRR writes one line for both, and takes it in either order.
Command med_command() {
  return {
      .syntax = "bgp bestpath med <confed [missing-as-worst]|missing-as-worst [confed]>",
      .help = {kBgp, kBestpath, "MED attribute", "Compare MED among confederation paths",
               "Treat a missing MED as the least preferred", "Treat a missing MED as the least preferred",
               "Compare MED among confederation paths"},
      .scope = Scope::Bgp,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        if (a.has("confed")) t.bgp->med_confederation = true;
        if (a.has("missing-as-worst")) t.bgp->med_missing_as_worst = true;
        return {};
      },
      .unset = [](Target& t, const Arguments& a) -> Outcome {
        if (a.has("confed")) t.bgp->med_confederation = false;
        if (a.has("missing-as-worst")) t.bgp->med_missing_as_worst = false;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (!s.bgp->med_confederation) lines.push_back("no bgp bestpath med confed");
            if (s.bgp->med_missing_as_worst) lines.push_back("bgp bestpath med missing-as-worst");
          },
      .summary =
          "`missing-as-worst`: a path without MED counts as the worst instead of as 0. `no … confed`: "
          "paths from inside the confederation compare MED only when they come through one member AS; "
          "without it they all do (RFC 5065 §5.3).",
      .no_syntax = "no bgp bestpath med <confed [missing-as-worst]|missing-as-worst [confed]>",
  };
}

Command multipath_relax_command() {
  return {
      .syntax = "bgp bestpath as-path multipath-relax [no-as-set]",
      .help = {kBgp, kBestpath, "AS-path attribute", "Allow load sharing across routes of equal length",
               "Do not generate an AS_SET"},
      .scope = Scope::Bgp,
      .set = [](Target& t, const Arguments&) -> Outcome {
        t.bgp->multipath_relax = true;
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.bgp->multipath_relax = false;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.bgp->multipath_relax) lines.push_back("bgp bestpath as-path multipath-relax");
          },
      .summary =
          "Paths share traffic when their AS_PATHs are of one length; otherwise they must be equal. "
          "What is announced is the best path's own AS_PATH.",
  };
}

Command bandwidth_command() {
  using rib::BandwidthUse;
  return {
      .syntax = "bgp bestpath bandwidth <ignore|skip-missing|default-weight-for-missing>",
      .help = {kBgp, kBestpath, "Link Bandwidth attribute", "Ignore link bandwidth",
               "Ignore paths without link bandwidth", "Assign the least weight to paths without it"},
      .scope = Scope::Bgp,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.bgp->link_bandwidth = a.has("ignore")         ? BandwidthUse::Ignored
                                : a.has("skip-missing") ? BandwidthUse::SkipMissing
                                                        : BandwidthUse::DefaultForMissing;
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.bgp->link_bandwidth = BandwidthUse::Used;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            const auto use = s.bgp->link_bandwidth;
            if (use == BandwidthUse::Ignored) lines.push_back("bgp bestpath bandwidth ignore");
            if (use == BandwidthUse::SkipMissing) lines.push_back("bgp bestpath bandwidth skip-missing");
            if (use == BandwidthUse::DefaultForMissing)
              lines.push_back("bgp bestpath bandwidth default-weight-for-missing");
          },
      .summary =
          "Equal paths share traffic by their link bandwidth communities when all have one; this line "
          "says what else may be done with them.",
      .no_syntax = "no bgp bestpath bandwidth [<ignore|skip-missing|default-weight-for-missing>]",
  };
}

rib::FamilyRules& rules_of(Target& t) { return t.bgp->family_rules[index_of(t.family)]; }
const rib::FamilyRules& rules_of(const Source& s) { return s.bgp->family_rules[index_of(s.family)]; }

Command maximum_paths_command() {
  return {
      .syntax = "maximum-paths (1-64)$number",
      .help = {"Forward packets over multiple paths", "Number of paths"},
      .scope = Scope::Family,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        rules_of(t).maximum_paths_external = a.number_as<std::uint8_t>("number");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        rules_of(t).maximum_paths_external = 1;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (const auto number = rules_of(s).maximum_paths_external; number != 1)
              lines.push_back("maximum-paths " + std::to_string(number));
          },
      .summary = "So many equal external paths share traffic; 1 without this line.",
      .no_syntax = "no maximum-paths [(1-64)$number]",
  };
}

Command maximum_paths_ibgp_command() {
  return {
      .syntax = "maximum-paths ibgp (1-64)$number [equal-cluster-length]",
      .help = {"Forward packets over multiple paths", "Among internal paths", "Number of paths",
               "Match the cluster length"},
      .scope = Scope::Family,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        rules_of(t).maximum_paths_internal = a.number_as<std::uint8_t>("number");
        rules_of(t).equal_cluster_length = a.has("equal-cluster-length");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        rules_of(t).maximum_paths_internal = 1;
        rules_of(t).equal_cluster_length = false;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            const auto& rules = rules_of(s);
            if (rules.maximum_paths_internal == 1 && !rules.equal_cluster_length) return;
            lines.push_back("maximum-paths ibgp " + std::to_string(rules.maximum_paths_internal) +
                            (rules.equal_cluster_length ? " equal-cluster-length" : ""));
          },
      .summary =
          "So many equal internal paths share traffic; with `equal-cluster-length` only those whose "
          "CLUSTER_LIST is as long as the best path's.",
      .no_syntax = "no maximum-paths ibgp [(1-64)$number] [equal-cluster-length]",
  };
}

Command distance_command() {
  return {
      .syntax = "distance bgp (1-255)$external (1-255)$internal (1-255)$local",
      .help = {"Define an administrative distance", "BGP distance", "Distance for external routes",
               "Distance for internal routes", "Distance for local routes"},
      .scope = Scope::Family,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        auto& rules = rules_of(t);
        rules.distance_external = a.number_as<std::uint8_t>("external");
        rules.distance_internal = a.number_as<std::uint8_t>("internal");
        rules.distance_local = a.number_as<std::uint8_t>("local");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        auto& rules = rules_of(t);
        const rib::FamilyRules standard;
        rules.distance_external = standard.distance_external;
        rules.distance_internal = standard.distance_internal;
        rules.distance_local = standard.distance_local;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            const auto& rules = rules_of(s);
            const rib::FamilyRules standard;
            if (rules.distance_external == standard.distance_external &&
                rules.distance_internal == standard.distance_internal &&
                rules.distance_local == standard.distance_local)
              return;
            lines.push_back("distance bgp " + std::to_string(rules.distance_external) + " " +
                            std::to_string(rules.distance_internal) + " " +
                            std::to_string(rules.distance_local));
          },
      .summary =
          "Administrative distances; 20, 200 and 200 without this line. The lowest wins against the "
          "kernel's other routes.",
      .no_syntax = "no distance bgp [(1-255)$external (1-255)$internal (1-255)$local]",
  };
}

}  // namespace

std::vector<Command> bestpath_commands() {
  std::vector<Command> rows;
  rows.push_back(bgp_switch<&Bgp::ignore_as_path_length>(
      "bgp bestpath as-path ignore",
      {kBgp, kBestpath, "AS-path attribute", "Ignore as-path length in selecting a route"},
      "The length of AS_PATH does not count (RFC 4271 §9.1.2.2 a)."));
  rows.push_back(bgp_switch<&Bgp::count_member_ases>(
      "bgp bestpath as-path confed",
      {kBgp, kBestpath, "AS-path attribute", "Compare path lengths including confederation segments"},
      "The members of the confederation count in the length of AS_PATH; RFC 5065 §5.3 counts none."));
  rows.push_back(multipath_relax_command());
  rows.push_back(bgp_switch<&Bgp::compare_router_id>(
      "bgp bestpath compare-routerid", {kBgp, kBestpath, "Compare identifiers of identical external paths"},
      "External paths that are equal otherwise are told apart by BGP Identifier (RFC 4271 §9.1.2.2 f). With "
      "`no` the one that is there stays, so the choice depends on the order of arrival."));
  rows.push_back(med_command());
  rows.push_back(bandwidth_command());
  return rows;
}

std::vector<Command> family_rule_commands() {
  std::vector<Command> rows;
  rows.push_back(distance_command());
  rows.push_back(maximum_paths_command());
  rows.push_back(maximum_paths_ibgp_command());
  return rows;
}

}  // namespace cli
