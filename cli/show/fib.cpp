#include "cli/show/fib.hpp"

#include "cli/show/json.hpp"

namespace cli::show {
namespace {

unsigned long long number(std::uint64_t value) { return value; }

double seconds(std::uint64_t ms) { return static_cast<double>(ms) / 1000; }

}  // namespace

std::string fib_audit_text(const api::Fib& fib) {
  std::string out;
  if (!fib.has_last_audit()) {
    out = "Last audit: none yet\n";
  } else {
    const auto& last = fib.last_audit();
    append(out, "Last audit: %s ago, %llu routes in %llu ms\n", age_text(last.ms()).c_str(),
           number(last.routes()), number(last.duration_ms()));
    append(out, "                Last   All\n");
    append(out, "  Missing    %7llu %5llu   gone without a word, written again\n", number(last.missing()),
           number(fib.missing()));
    append(out, "  Different  %7llu %5llu   changed by another, written again\n", number(last.different()),
           number(fib.different()));
    append(out, "  Unwanted   %7llu %5llu   in our name without a cause, removed\n", number(last.unwanted()),
           number(fib.unwanted()));
    append(out, "  Refused    %7llu         by the kernel, tried again\n", number(last.failed()));
    if (last.next_hop_objects() > 0) append(out, "Next-hop objects: %llu\n", number(last.next_hop_objects()));
    append(out, "Overruns of the receive buffer: %llu\n", number(last.overruns()));
  }
  append(out, "Audits: %llu", number(fib.audits()));
  if (fib.audit_interval_seconds() > 0)
    append(out, ", every %u seconds\n", fib.audit_interval_seconds());
  else
    out += ", only when asked\n";
  return out;
}

std::string fib_audit_json(const api::Fib& fib) {
  Json json;
  json["audits"] = fib.audits();
  json["intervalSeconds"] = fib.audit_interval_seconds();
  json["missing"] = fib.missing();
  json["different"] = fib.different();
  json["unwanted"] = fib.unwanted();
  if (fib.has_last_audit()) {
    const auto& last = fib.last_audit();
    json["last"] = {{"agoMsec", last.ms()},
                    {"durationMsec", last.duration_ms()},
                    {"routes", last.routes()},
                    {"missing", last.missing()},
                    {"different", last.different()},
                    {"unwanted", last.unwanted()},
                    {"refused", last.failed()},
                    {"overruns", last.overruns()},
                    {"nextHopObjects", last.next_hop_objects()}};
  }
  return json_text(json) + "\n";
}

std::string fib_tables_text(const api::Fib& fib) {
  std::string out;
  append(out, "%-10s %-15s %9s %8s %8s %9s %8s\n", "Table", "VRF", "Routes", "Refused", "Missing",
         "Different", "Unwanted");
  for (const auto& table : fib.tables())
    append(out, "%-10s %-15s %9llu %8llu %8llu %9llu %8llu\n",
           table.table() == 0 ? "-" : std::to_string(table.table()).c_str(), vrf_text(table.vrf()).c_str(),
           number(table.routes()), number(table.failed()), number(table.missing()), number(table.different()),
           number(table.unwanted()));
  return out;
}

std::string fib_tables_json(const api::Fib& fib) {
  auto json = Json::array();
  for (const auto& table : fib.tables())
    json.push_back({{"table", table.table()},
                    {"vrfName", vrf_text(table.vrf())},
                    {"routes", table.routes()},
                    {"refused", table.failed()},
                    {"missing", table.missing()},
                    {"different", table.different()},
                    {"unwanted", table.unwanted()},
                    {"kept", table.kept()},
                    {"swept", table.swept()}});
  return json_text(json) + "\n";
}

std::string fib_restart_text(const api::Fib& fib) {
  if (!fib.has_restart())
    return "No restart: nothing of a former life was in the kernel, or it is not over\n";
  const auto& restart = fib.restart();
  std::string out;
  append(out, "Restart: over after %.1f seconds\n", seconds(restart.duration_ms()));
  append(out, "  Kept     %7llu   learned again, not touched\n", number(restart.kept()));
  append(out, "  Changed  %7llu   learned again by other next hops\n", number(restart.changed()));
  append(out, "  Added    %7llu   not there before\n", number(restart.added()));
  append(out, "  Swept    %7llu   announced by nobody any more\n", number(restart.swept()));
  return out;
}

std::string fib_restart_json(const api::Fib& fib) {
  auto json = Json::object();
  if (fib.has_restart()) {
    const auto& restart = fib.restart();
    json = {{"kept", restart.kept()},
            {"changed", restart.changed()},
            {"added", restart.added()},
            {"swept", restart.swept()},
            {"durationMsec", restart.duration_ms()}};
  }
  return json_text(json) + "\n";
}

}  // namespace cli::show
