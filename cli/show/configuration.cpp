#include "cli/show/configuration.hpp"

#include "cli/show/json.hpp"

namespace cli::show {

std::string generations_text(const api::Generations& generations, WallClock now) {
  if (generations.generations().empty()) return "No configuration of the past is kept\n";
  std::string out;
  append(out, "%3s  %-24s  %-12s %-20s %s\n", "No", "Time", "By", "How", "Lines to the one before");
  for (int i = 0; i < generations.generations_size(); ++i) {
    const auto& generation = generations.generations(i);
    append(out, "%3d  %-24s  %-12s %-20s +%u -%u\n", i, date_text(time_of(now, generation.age_ms())).c_str(),
           generation.who().c_str(), generation.how().c_str(), generation.added(), generation.removed());
  }
  return out;
}

std::string generations_json(const api::Generations& generations, WallClock now) {
  auto all = Json::array();
  for (int i = 0; i < generations.generations_size(); ++i) {
    const auto& generation = generations.generations(i);
    all.push_back({{"number", i},
                   {"time", date_text(time_of(now, generation.age_ms()))},
                   {"epoch", epoch_of(now, generation.age_ms())},
                   {"by", generation.who()},
                   {"how", generation.how()},
                   {"added", generation.added()},
                   {"removed", generation.removed()},
                   {"file", generation.file()}});
  }
  return json_text({{"generations", std::move(all)}}) + "\n";
}

std::string config_status_text(const api::ConfigStatus& status) {
  std::string out;
  for (const auto& candidate : status.candidates())
    append(out, "Candidate of %s (pid %u), open for %s%s%s\n", candidate.who().c_str(), candidate.process(),
           age_text(candidate.age_ms()).c_str(), candidate.is_changed() ? ", changed" : ", not changed",
           candidate.is_yours() ? " (this one)" : "");
  if (status.candidates().empty()) out += "No candidate is open\n";
  if (status.has_pending())
    append(out, "The commit of %s (pid %u) is in force and %s %s more\n", status.pending().who().c_str(),
           status.pending().process(),
           status.pending().watches() ? "watched for" : "waits to be confirmed for",
           age_text(status.pending().left_ms()).c_str());
  if (!status.last_outcome().empty())
    append(out, "%s, %s ago\n", status.last_outcome().c_str(), age_text(status.last_age_ms()).c_str());
  return out;
}

std::string config_status_json(const api::ConfigStatus& status) {
  auto candidates = Json::array();
  for (const auto& candidate : status.candidates())
    candidates.push_back({{"user", candidate.who()},
                          {"pid", candidate.process()},
                          {"openMsec", candidate.age_ms()},
                          {"changed", candidate.is_changed()},
                          {"yours", candidate.is_yours()}});
  Json json;
  json["candidates"] = std::move(candidates);
  if (status.has_pending())
    json["pendingCommit"] = {{"user", status.pending().who()},
                             {"pid", status.pending().process()},
                             {"leftMsec", status.pending().left_ms()},
                             {"watched", status.pending().watches()}};
  if (!status.last_outcome().empty())
    json["lastCommit"] = {{"text", status.last_outcome()}, {"agoMsec", status.last_age_ms()}};
  return json_text(json) + "\n";
}

namespace {

using Neighbors = google::protobuf::RepeatedPtrField<api::Consequences::Neighbor>;
using Prefixes = api::Consequences::Prefixes;

void put_neighbors(std::string& out, const char* what, const Neighbors& neighbors) {
  if (neighbors.empty()) return;
  append(out, "%s %d %s:", what, neighbors.size(), neighbors.size() == 1 ? "neighbor" : "neighbors");
  for (const auto& neighbor : neighbors) append(out, " %s", neighbor.name().c_str());
  out += '\n';
}

std::string count_text(std::uint64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

/// "Withdraws 2 prefixes of our own: 10.1.0.0/16 10.2.0.0/16"
void put_prefixes(std::string& out, const std::string& what, const Prefixes& prefixes,
                  const char* whose = "") {
  constexpr int kNamed = 8;
  if (prefixes.count() == 0) return;
  out += what + " " + count_text(prefixes.count(), "prefix", "prefixes") + whose + ":";
  const auto named = std::min(prefixes.first_size(), kNamed);
  for (int i = 0; i < named; ++i) out += " " + prefix_text(prefixes.first(i));
  out += prefixes.count() > static_cast<std::uint64_t>(named) ? " ...\n" : "\n";
}

void put_routes(std::string& out, const api::Consequences::Routes& routes) {
  if (routes.refused() > 0)
    out += "From " + routes.name() + ": denies " + count_text(routes.refused(), "path", "paths") +
           (routes.refused() == 1 ? " that counts now\n" : " that count now\n");
  if (routes.accepted() > 0)
    out += "From " + routes.name() + ": permits " + count_text(routes.accepted(), "path", "paths") +
           (routes.accepted() == 1 ? " that does not count now\n" : " that do not count now\n");
  put_prefixes(out, "To " + routes.name() + ": withdraws", routes.withdrawn());
  put_prefixes(out, "To " + routes.name() + ": announces", routes.announced());
  put_prefixes(out, "To " + routes.name() + ": changes the attributes of", routes.changed());
}

Json prefixes_json(const Prefixes& prefixes) {
  auto first = Json::array();
  for (const auto& prefix : prefixes.first()) first.push_back(prefix_text(prefix));
  return {{"count", prefixes.count()}, {"prefixes", std::move(first)}};
}

Json neighbors_json(const Neighbors& neighbors) {
  auto all = Json::array();
  for (const auto& neighbor : neighbors) {
    Json one{{"neighbor", neighbor.name()}};
    if (!neighbor.reason().empty()) one["reason"] = neighbor.reason();
    if (neighbor.routes() > 0) one["acceptedPaths"] = neighbor.routes();
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

std::string consequences_text(const api::Consequences& found) {
  std::string out;
  if (found.is_merged()) out += "Merges with what was changed since the candidate was opened\n";
  if (found.bgp_removed()) out += "Removes router bgp\n";
  if (found.resets().empty())
    out += "Resets no session\n";
  else
    out += "Resets " + count_text(static_cast<std::uint64_t>(found.resets_size()), "session", "sessions") +
           ":\n";
  for (const auto& reset : found.resets())
    out += "  " + reset.name() + ": " + reset.reason() + "; " +
           count_text(reset.routes(), "accepted path", "accepted paths") + "\n";
  put_neighbors(out, "Removes", found.removed());
  put_neighbors(out, "Adds", found.added());
  if (found.changed_neighbors() > 0)
    out += "Changes " + count_text(found.changed_neighbors(), "neighbor", "neighbors") + " without a reset\n";
  for (const auto& neighbor : found.unusable())
    out += "Neighbor " + neighbor.name() + " gets no session: " + neighbor.reason() + "\n";
  put_prefixes(out, "Withdraws", found.withdrawn(), " of our own");
  put_prefixes(out, "Announces", found.announced(), " of our own");
  for (const auto& routes : found.routes()) put_routes(out, routes);
  put_prefixes(out, "Knows only the first 65536 networks inside of", found.partly());
  return out;
}

std::string consequences_json(const api::Consequences& found) {
  auto routes = Json::array();
  for (const auto& one : found.routes())
    routes.push_back({{"neighbor", one.name()},
                      {"deniedPaths", one.refused()},
                      {"permittedPaths", one.accepted()},
                      {"withdrawn", prefixes_json(one.withdrawn())},
                      {"announced", prefixes_json(one.announced())},
                      {"changed", prefixes_json(one.changed())}});
  const Json json{{"merged", found.is_merged()},
                  {"bgpRemoved", found.bgp_removed()},
                  {"resets", neighbors_json(found.resets())},
                  {"removed", neighbors_json(found.removed())},
                  {"added", neighbors_json(found.added())},
                  {"changedWithoutReset", found.changed_neighbors()},
                  {"unusable", neighbors_json(found.unusable())},
                  {"ownWithdrawn", prefixes_json(found.withdrawn())},
                  {"ownAnnounced", prefixes_json(found.announced())},
                  {"partlyKnown", prefixes_json(found.partly())},
                  {"routes", std::move(routes)}};
  return json_text(json) + "\n";
}

}  // namespace cli::show
