// Small pieces of text that several `show` commands print: addresses, ages, sizes, words for reasons.
// FRR's forms, because scripts read them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cli/proto/kulan.pb.h"
#include "rib/as_path.hpp"
#include "rib/ip_address.hpp"
#include "rib/prefix.hpp"
#include "rib/reason.hpp"

namespace cli::show {

namespace api = kulan::api;

/// Where rendered text goes: a filter, the terminal, a test's string. Called with any number of octets.
using Sink = std::function<void(std::string_view)>;

/// When the replies were made; ages become dates with it.
using WallClock = std::chrono::system_clock::time_point;
inline WallClock wall_clock_now() { return std::chrono::system_clock::now(); }

/// printf at the end of `out`.
[[gnu::format(printf, 2, 3)]] void append(std::string& out, const char* format, ...);
/// The same of "%*llu", where a listing has millions of them.
void append_number(std::string& out, std::uint64_t number, std::size_t width = 0);

/// "10.0.0.1"; "" for octets that are no address.
std::string address_text(std::string_view octets);
std::optional<rib::IpAddress> address_of(std::string_view octets);
rib::Prefix prefix_of(const api::Prefix& prefix);
std::string prefix_text(const api::Prefix& prefix);
void put_prefix(const rib::Prefix& prefix, api::Prefix& to);
/// "192.168.1.2", "fe80::1%eth0"; `interface` only shown with link-local addresses.
std::string neighbor_text(const api::NeighborName& name);
/// "eth0"; "if7" when its name is not known.
std::string interface_text(const api::NextHop& next_hop);
/// "10.0.0.1" of a BGP Identifier in host order.
/// FRR's name of no VRF is "default".
inline std::string vrf_text(const std::string& name) { return name.empty() ? "default" : name; }
std::string identifier_text(std::uint32_t identifier);

/// "00:07:00", "1d02h03m", "03w0d05h"; "never" when absent.
std::string age_text(std::optional<std::uint64_t> milliseconds);
/// "Tue Nov 24 01:38:51 2026" in the machine's time zone.
std::string date_text(WallClock when);
/// When what is `age_ms` old happened, at most a century ago.
WallClock time_of(WallClock now, std::uint64_t age_ms);
/// The same in seconds since 1970.
std::int64_t epoch_of(WallClock now, std::uint64_t age_ms);
/// "960 bytes", "1448 KiB", "12 MiB".
std::string memory_text(std::uint64_t octets);

/// Replies carry the numbers of rib/reason.hpp; one this client does not know reads as the first.
rib::BestReason reason_of(api::BestReason reason);
rib::PathState state_of(api::PathState state);
rib::FibState state_of(api::FibState state);

std::string_view session_state_text(api::SessionState state);
bool is_empty(const api::PolicyNames& names);
std::string_view origin_text(api::PathAttributes::Origin origin);  // "IGP"
char origin_code(api::PathAttributes::Origin origin);              // 'i'
/// "ipv4Unicast", the key of FRR's JSON.
std::string_view family_key(api::Family family);
std::string_view family_name(api::Family family);  // "IPv4 Unicast"

rib::AsPath as_path_of(const api::PathAttributes& attributes);
/// "64512 64513 {1,2}"; "" for the empty path.
std::string as_path_text(const api::PathAttributes& attributes);
void append_as_path(std::string& out, const api::PathAttributes& attributes);
/// A rejected path never takes part in the decision: FRR would not have kept it at all.
bool is_rejected(api::PathState state);
/// Why, with who denied it: "denied by policy: route-map IN, sequence 10".
std::string rejection_text(const api::Path& path);
bool is_duplicate(const api::Destination& destination, const api::Path& path);

/// Words for a session's end: "BGP Notification received: Cease/Administrative Shutdown".
std::string reset_text(const api::LastReset& reset);

}  // namespace cli::show
