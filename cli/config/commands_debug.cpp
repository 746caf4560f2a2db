// Rows of configure and enable mode: what the daemon tells of its work beside the log's levels.
#include <algorithm>
#include <string>

#include "cli/config/command.hpp"
#include "cli/config/help_words.hpp"

namespace cli {

namespace {

/// A topic as it is typed, and as `show debugging` calls it.
struct Topic {
  DebugTopic topic;
  std::string_view words, title;
  std::string_view behind = {};  // between the words and a prefix
};
constexpr Topic kTopics[] = {
    {DebugTopic::BestPath, "bgp bestpath", "BGP bestpath debugging is on"},
    {DebugTopic::Keepalives, "bgp keepalives", "BGP keepalives debugging is on"},
    {DebugTopic::NeighborEvents, "bgp neighbor-events", "BGP neighbor-events debugging is on"},
    {DebugTopic::NextHops, "bgp nht", "BGP next-hop tracking debugging is on"},
    {DebugTopic::UpdatesIn, "bgp updates in", "BGP updates debugging is on (inbound)"},
    {DebugTopic::UpdatesOut, "bgp updates out", "BGP updates debugging is on (outbound)"},
    {DebugTopic::UpdatesOfPrefix, "bgp updates", "BGP updates debugging is on", " prefix"},
    {DebugTopic::BgpZebra, "bgp zebra", "BGP zebra debugging is on", " prefix"},
    {DebugTopic::ZebraEvents, "zebra events", "Zebra event debugging is on"},
    {DebugTopic::ZebraKernel, "zebra kernel", "Zebra kernel debugging is on"},
    {DebugTopic::ZebraNextHops, "zebra nht", "Zebra next-hop tracking debugging is on"},
    {DebugTopic::ZebraRib, "zebra rib", "Zebra RIB debugging is on"},
};

const Topic& topic_of(DebugTopic topic) {
  for (const auto& known : kTopics)
    if (known.topic == topic) return known;
  return kTopics[0];
}

/// As sessions are called: without the zone of a link-local address.
std::string neighbor_of(const Arguments& a) {
  auto text = a.text("neighbor");
  text.resize(std::min(text.find('%'), text.size()));
  const auto address = rib::IpAddress::parse(text);
  return address ? address->to_string() : text;
}

std::optional<rib::Prefix> prefix_if_any(const Arguments& a) {
  const auto* prefix = a.prefix("prefix");
  return prefix ? std::optional(*prefix) : std::nullopt;
}

/// `no` without a neighbor or a prefix is about all of the topic.
void forget(DebugSwitches& switches, const DebugSwitch& which) {
  std::erase_if(switches, [&](const DebugSwitch& debug) {
    return debug.topic == which.topic && (which.neighbor.empty() || debug.neighbor == which.neighbor) &&
           (!which.prefix || debug.prefix == which.prefix);
  });
}

/// As in FRR the last line counts: one neighbor or network instead of all, all instead of some.
void turn_on(DebugSwitches& switches, DebugSwitch which) {
  const auto is_about_all = [](const DebugSwitch& debug) { return debug.neighbor.empty() && !debug.prefix; };
  std::erase_if(switches, [&](const DebugSwitch& debug) {
    return debug.topic == which.topic && (is_about_all(which) || is_about_all(debug));
  });
  switches.insert(std::move(which));
}

void write_topic(const Config& config, DebugTopic topic, Lines& lines) {
  for (const auto& debug : config.debug)
    if (debug.topic == topic) lines.push_back("debug " + to_text(debug));
}

/// A row of one topic; `more`: what may be typed behind its words.
Command topic_command(DebugTopic topic, std::string more, std::vector<std::string_view> help,
                      std::string_view summary) {
  const auto& words = topic_of(topic);
  return {.syntax = "debug " + std::string(words.words) + more,
          .help = std::move(help),
          .set = [topic](Target& t, const Arguments& a) -> Outcome {
            turn_on(t.config.debug, {topic, neighbor_of(a), prefix_if_any(a)});
            return {};
          },
          .unset = [topic](Target& t, const Arguments& a) -> Outcome {
            forget(t.config.debug, {topic, neighbor_of(a), prefix_if_any(a)});
            return {};
          },
          .write = [topic](const Source& s, Lines& lines) { write_topic(s.config, topic, lines); },
          .summary = summary};
}

/// Both directions; written as the rows of one.
Command all_updates() {
  return {
      .syntax = "debug bgp updates",
      .help = {"Tell more in the log", kBgp, "UPDATE messages"},
      .set = [](Target& t, const Arguments&) -> Outcome {
        for (const auto topic : {DebugTopic::UpdatesIn, DebugTopic::UpdatesOut})
          turn_on(t.config.debug, {topic});
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        for (const auto topic : {DebugTopic::UpdatesIn, DebugTopic::UpdatesOut, DebugTopic::UpdatesOfPrefix})
          forget(t.config.debug, {topic});
        return {};
      },
      .summary = "Logs the routes of every UPDATE, both ways; lines beyond 500 a second are counted."};
}

/// What FRR's bfdd would tell of.
Command of_bfd(std::string syntax, std::vector<std::string_view> help) {
  constexpr std::string_view kWhy = "BFD is not run: there is nothing to tell.";
  return {.syntax = std::move(syntax),
          .help = std::move(help),
          .set = {},
          .summary = kWhy,
          .is_inert = true,
          .warning = kWhy};
}

Command nothing() {
  return {.syntax = "debug all",
          .help = {"Tell more in the log", "Everything that is told more of"},
          .set = nullptr,
          .unset = [](Target& t, const Arguments&) -> Outcome {
            t.config.debug.clear();
            return {};
          },
          .summary = "Nothing is told beyond the log's levels any more."};
}

Command nothing_of_bgp() {
  return {.syntax = "debug bgp",
          .help = {"Tell more in the log", kBgp},
          .set = nullptr,
          .unset = [](Target& t, const Arguments&) -> Outcome {
            std::erase_if(t.config.debug,
                          [](const DebugSwitch& debug) { return debug.topic < DebugTopic::ZebraEvents; });
            return {};
          },
          .summary = "All `debug bgp …` is off."};
}

}  // namespace

std::string to_text(const DebugSwitch& debug) {
  const auto& topic = topic_of(debug.topic);
  std::string text(topic.words);
  if (!debug.neighbor.empty()) text += " " + debug.neighbor;
  if (debug.prefix) text += std::string(topic.behind) + " " + debug.prefix->to_string();
  return text;
}

std::string describe(const DebugSwitch& debug) {
  std::string text(topic_of(debug.topic).title);
  if (!debug.neighbor.empty()) text += " for " + debug.neighbor;
  if (debug.prefix) text += " for " + debug.prefix->to_string();
  return text;
}

std::vector<Command> debug_commands() {
  constexpr std::string_view kDebug = "Tell more in the log", kUpdates = "UPDATE messages",
                             kWhichNeighbor = "Its address, or its interface's name",
                             kOnePrefix = "Only of one network", kPrefix = "The network",
                             kZebra = "The kernel's side", kNextHops = "Next hops and what they go through",
                             kDetailed = "As without this word";
  std::vector<Command> rows;
  const auto add = [&](DebugTopic topic, std::string more, std::vector<std::string_view> help,
                       std::string_view summary) {
    rows.push_back(topic_command(topic, std::move(more), std::move(help), summary));
  };
  add(DebugTopic::BestPath, " PREFIX$prefix", {kDebug, kBgp, "Choice of the best path", kPrefix},
      "Logs each new best path of a network, and why it is the best.");
  add(DebugTopic::Keepalives, " [NEIGHBOR$neighbor]", {kDebug, kBgp, "KEEPALIVE messages", kWhichNeighbor},
      "Logs KEEPALIVEs, of all neighbors or of one.");
  add(DebugTopic::NeighborEvents, " [NEIGHBOR$neighbor]",
      {kDebug, kBgp, "States of the session, OPEN and NOTIFICATION", kWhichNeighbor},
      "Logs each step of a session's state machine, what its OPENs and NOTIFICATIONs say, and why an attempt "
      "failed.");
  add(DebugTopic::NextHops, "", {kDebug, kBgp, kNextHops}, "Logs when the answer for a next hop changes.");
  rows.push_back(all_updates());
  add(DebugTopic::UpdatesIn, " [NEIGHBOR$neighbor]", {kDebug, kBgp, kUpdates, "Received", kWhichNeighbor},
      "Logs what neighbors announce and withdraw, and what becomes of it.");
  add(DebugTopic::UpdatesOut, " [NEIGHBOR$neighbor]", {kDebug, kBgp, kUpdates, "Sent", kWhichNeighbor},
      "Logs what neighbors are told.");
  add(DebugTopic::UpdatesOfPrefix, " prefix PREFIX$prefix", {kDebug, kBgp, kUpdates, kOnePrefix, kPrefix},
      "The same for one network, both ways.");
  add(DebugTopic::BgpZebra, " [prefix PREFIX$prefix]",
      {kDebug, kBgp, "Routes for the kernel", kOnePrefix, kPrefix},
      "Logs what BGP gives to the kernel's table, and takes back.");
  add(DebugTopic::ZebraEvents, "", {kDebug, kZebra, "Links and addresses"},
      "Logs what the kernel tells of links and addresses.");
  add(DebugTopic::ZebraKernel, "", {kDebug, kZebra, "What is written, its answers, others' routes"},
      "Logs the kernel's answers to each route written, and others' routes.");
  add(DebugTopic::ZebraNextHops, " [detailed]", {kDebug, kZebra, kNextHops, kDetailed},
      "As `debug bgp nht`.");
  add(DebugTopic::ZebraRib, " [detailed]", {kDebug, kZebra, "Routes for the kernel", kDetailed},
      "As `debug bgp zebra`.");
  rows.push_back(of_bfd("debug bgp bfd", {kDebug, kBgp, "BFD"}));
  rows.push_back(of_bfd("debug bfd <network|peer|zebra>", {kDebug, "BFD", "Its links", "Its peers", kZebra}));
  rows.push_back(nothing_of_bgp());
  rows.push_back(nothing());
  return rows;
}

}  // namespace cli
