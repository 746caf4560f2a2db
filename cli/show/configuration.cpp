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

void put_neighbors(std::string& out, const char* what, const Neighbors& neighbors) {
  if (neighbors.empty()) return;
  append(out, "%s %d %s:", what, neighbors.size(), neighbors.size() == 1 ? "neighbor" : "neighbors");
  for (const auto& neighbor : neighbors) append(out, " %s", neighbor.name().c_str());
  out += '\n';
}

void put_prefixes(std::string& out, const char* what, std::uint64_t count,
                  const google::protobuf::RepeatedPtrField<api::Prefix>& prefixes) {
  constexpr int kNamed = 8;
  if (count == 0) return;
  append(out, "%s %llu %s of our own:", what, static_cast<unsigned long long>(count),
         count == 1 ? "prefix" : "prefixes");
  for (int i = 0; i < std::min(prefixes.size(), kNamed); ++i)
    append(out, " %s", prefix_text(prefixes[i]).c_str());
  out += count > kNamed ? " ...\n" : "\n";
}

}  // namespace

std::string consequences_text(const api::Consequences& found) {
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::string out;
  if (found.is_merged()) out += "Merges with what was changed since the candidate was opened\n";
  if (found.bgp_removed()) out += "Removes router bgp\n";
  if (!found.resets().empty())
    append(out, "Resets %d %s:\n", found.resets_size(), found.resets_size() == 1 ? "session" : "sessions");
  for (const auto& reset : found.resets())
    append(out, "  %s: %s; %llu accepted paths\n", reset.name().c_str(), reset.reason().c_str(),
           number(reset.routes()));
  put_neighbors(out, "Removes", found.removed());
  put_neighbors(out, "Adds", found.added());
  if (found.changed_neighbors() > 0)
    append(out, "Changes %u neighbors without a reset\n", found.changed_neighbors());
  for (const auto& neighbor : found.unusable())
    append(out, "Neighbor %s gets no session: %s\n", neighbor.name().c_str(), neighbor.reason().c_str());
  put_prefixes(out, "Withdraws", found.withdrawn_count(), found.withdrawn());
  put_prefixes(out, "Announces", found.announced_count(), found.announced());
  for (const auto& neighbor : found.policies())
    append(out, "Import policy of %s: denies %llu paths that count now, permits %llu that do not%s\n",
           neighbor.name().c_str(), number(neighbor.refused()), number(neighbor.accepted()),
           found.policies_are_partial() ? ", of the first 20000 prefixes of a family" : "");
  if (found.resets().empty()) out += "Resets no session\n";
  return out;
}

}  // namespace cli::show
