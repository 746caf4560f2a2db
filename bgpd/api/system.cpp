#include <malloc.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "bgpd/api/handlers.hpp"

namespace bgpd::api {
namespace {

/// Second number of /proc/self/statm, in octets.
std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void put_memory(const DaemonView& daemon, const rib::MemoryUse& rib, proto::Status& status) {
  std::uint64_t counted = 0;
  const auto put = [&](proto::MemoryUse::Owner owner, std::uint64_t bytes) {
    auto& to = *status.add_memory();
    to.set_owner(owner);
    to.set_bytes(bytes);
    counted += bytes;
  };
  put(proto::MemoryUse::DESTINATIONS, rib.destinations);
  put(proto::MemoryUse::PREFIX_INDEX, rib.index);
  put(proto::MemoryUse::PATHS, rib.paths);
  put(proto::MemoryUse::ATTRIBUTES, rib.attributes);
  put(proto::MemoryUse::CHANGES, rib.changes);
  put(proto::MemoryUse::ADJ_RIBS_OUT, rib.adj_ribs_out);
  put(proto::MemoryUse::OUTPUT, daemon.output_bytes);
  put(proto::MemoryUse::SESSIONS, daemon.session_bytes);
  put(proto::MemoryUse::HISTORY, rib.history);
  const auto resident = resident_bytes();
  // The allocator counts what it gave back to the system as spare.
  put(proto::MemoryUse::SPARE,
      std::min<std::uint64_t>(mallinfo2().fordblks, resident - std::min(resident, counted)));
  put(proto::MemoryUse::OTHER, resident - std::min(resident, counted));
  status.set_resident_bytes(resident);
}

}  // namespace

proto::Done handle_status(const Backend& backend, Replies& replies) {
  auto& status = *replies.emplace_back().mutable_status();
  const auto daemon = backend.daemon();
  const auto totals = backend.engine().totals();
  const auto& speaker = backend.engine().speaker();
  status.set_hostname(readable_text(daemon.hostname));
  status.set_process_id(static_cast<std::uint32_t>(getpid()));
  status.set_uptime_ms(milliseconds_since(daemon.started, backend.now()));
  status.set_config_file(readable_text(daemon.config_file));
  status.set_config_built_in(daemon.config_built_in);
  status.set_writes_kernel(daemon.writes_kernel);
  status.set_bgp_configured(backend.running_config().bgp.has_value());
  status.set_router_id(speaker.identifier);
  status.set_local_as(speaker.as);
  std::uint32_t neighbors = 0, established = 0;
  backend.visit_neighbors([&](const NeighborView& neighbor) {
    ++neighbors;
    if (neighbor.state == SessionState::Established) ++established;
  });
  status.set_neighbors(neighbors);
  status.set_established(established);
  put_memory(daemon, totals.memory, status);
  status.set_rib_bytes(totals.memory.table());
  status.set_attribute_sets(totals.attribute_sets);
  for (const auto family : rib::kFamilies) {
    auto& to = *status.add_totals();
    to.set_family(family_of(family));
    to.set_destinations(totals.destinations[rib::index_of(family)]);
    to.set_paths(totals.paths[rib::index_of(family)]);
    to.set_table_version(totals.table_version[rib::index_of(family)]);
  }
  status.set_forwards_ipv4(backend.kernel_switches(rib::Afi::Ipv4, {}).forwarding);
  status.set_forwards_ipv6(backend.kernel_switches(rib::Afi::Ipv6, {}).forwarding);
  return done();
}

proto::Done handle_version(const Backend& backend, Replies& replies) {
  auto& version = *replies.emplace_back().mutable_version();
  const auto daemon = backend.daemon();
  version.set_version(daemon.version);
  version.set_commit(daemon.commit);
  version.set_hostname(readable_text(daemon.hostname));
  utsname system{};
  if (uname(&system) == 0)
    version.set_system(readable_text(std::string(system.sysname) + "(" + system.release + ")"));
  return done();
}

proto::Done handle_interfaces(const Backend& backend, Replies& replies) {
  auto& to = *replies.emplace_back().mutable_interfaces();
  for (const auto& view : backend.interfaces()) put_interface(view, *to.add_interfaces());
  return done();
}

}  // namespace bgpd::api
