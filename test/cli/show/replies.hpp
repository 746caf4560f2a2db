// Replies of the daemon, made by hand, for tests of what is shown.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/proto/kulan.pb.h"
#include "cli/show/format.hpp"
#include "cli/show/json.hpp"

namespace cli::show {

/// Ages as replies have them, in milliseconds.
inline constexpr std::uint64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute,
                               kDay = 24 * kHour;

inline std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

inline std::string octets(std::string_view address) {
  const auto value = rib::IpAddress::parse(address).value();
  const auto bytes = value.bytes();
  return {bytes.begin(), bytes.end()};
}

inline api::Prefix prefix(std::string_view text) {
  const auto value = rib::Prefix::parse(text).value();
  api::Prefix result;
  result.set_address(octets(value.address().to_string()));
  result.set_length(value.length());
  return result;
}

inline std::uint32_t identifier(std::string_view text) { return rib::IpAddress::parse(text).value().to_v4(); }

/// 2026-11-24 01:40:00 UTC.
inline WallClock at_noon() { return WallClock(std::chrono::seconds(1795484400)); }

/// A path from the internal peer 192.168.77.2.
inline api::Path peer_path(std::string_view next_hop = "192.168.77.2") {
  api::Path path;
  path.mutable_attributes()->set_next_hop(octets(next_hop));
  path.mutable_attributes()->set_med(0);
  path.mutable_attributes()->set_local_pref(100);
  path.mutable_peer()->set_address(octets(next_hop));
  path.set_peer_identifier(identifier("192.168.77.2"));
  path.set_peer_hostname("r2");
  path.set_age_ms(69'000);
  return path;
}

inline api::Path own_path(std::string_view next_hop = "0.0.0.0") {
  api::Path path;
  path.set_own(true);
  path.mutable_attributes()->set_next_hop(octets(next_hop));
  path.mutable_attributes()->set_med(0);
  path.set_weight(32768);
  path.set_peer_type(api::EXTERNAL);
  path.set_peer_identifier(identifier("192.168.77.1"));
  path.set_age_ms(71'000);
  return path;
}

inline api::Path best(api::Path path) {
  path.set_best(true);
  return path;
}

/// A table of AS 64512 at 192.168.77.1, without destinations.
inline api::Routes table() {
  api::Routes routes;
  routes.set_table_version(3);
  routes.set_router_id(identifier("192.168.77.1"));
  routes.set_local_as(64512);
  routes.set_default_local_pref(100);
  return routes;
}

inline api::Destination& add(api::Routes& routes, std::string_view network,
                             std::initializer_list<api::Path> paths) {
  auto& destination = *routes.add_destinations();
  *destination.mutable_prefix() = prefix(network);
  destination.set_version(2);
  destination.set_reason(api::BEST_ONLY_PATH);
  for (const auto& path : paths) *destination.add_paths() = path;
  return destination;
}

/// A Sink that collects.
struct Collected {
  std::string text;
  Sink sink() {
    return [this](std::string_view part) { text += part; };
  }
};

}  // namespace cli::show
