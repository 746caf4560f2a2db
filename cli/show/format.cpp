#include "cli/show/format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <ctime>
#include <span>
#include <vector>

#include "rib/as_path.hpp"

namespace cli::show {
namespace {

constexpr std::uint64_t kDay = 24 * 3600, kWeek = 7 * kDay;

/// `value` as an enumerator of E when it is at most `last`; replies may come from a newer daemon.
template <typename E>
E enumerator(int value, int last) {
  return value < 0 || value > last ? E{} : static_cast<E>(value);
}

/// Subcodes by code, each list from subcode 1: RFC 4271 §4.5, 4486, 5492, 6608, 7313, 8538, 9234.
std::span<const char* const> subcode_names(std::uint32_t code) {
  static constexpr const char* kHeader[]{"Connection Not Synchronized", "Bad Message Length",
                                         "Bad Message Type"};
  static constexpr const char* kOpen[]{"Unsupported Version Number",
                                       "Bad Peer AS",
                                       "Bad BGP Identifier",
                                       "Unsupported Optional Parameter",
                                       "",
                                       "Unacceptable Hold Time",
                                       "Unsupported Capability",
                                       "",
                                       "",
                                       "",
                                       "Role Mismatch"};
  static constexpr const char* kUpdate[]{"Malformed Attribute List",
                                         "Unrecognized Well-known Attribute",
                                         "Missing Well-known Attribute",
                                         "Attribute Flags Error",
                                         "Attribute Length Error",
                                         "Invalid ORIGIN Attribute",
                                         "AS Routing Loop",
                                         "Invalid NEXT_HOP Attribute",
                                         "Optional Attribute Error",
                                         "Invalid Network Field",
                                         "Malformed AS_PATH"};
  static constexpr const char* kState[]{"Unexpected Message in OpenSent State",
                                        "Unexpected Message in OpenConfirm State",
                                        "Unexpected Message in Established State"};
  static constexpr const char* kCease[]{"Maximum Number of Prefixes Reached",
                                        "Administrative Shutdown",
                                        "Peer De-configured",
                                        "Administrative Reset",
                                        "Connection Rejected",
                                        "Other Configuration Change",
                                        "Connection Collision Resolution",
                                        "Out of Resources",
                                        "Hard Reset",
                                        "BFD Down"};
  static constexpr const char* kRefresh[]{"Invalid Message Length"};
  static constexpr std::span<const char* const> kAll[]{{}, kHeader, kOpen,  kUpdate,
                                                       {}, kState,  kCease, kRefresh};
  return code < std::size(kAll) ? kAll[code] : std::span<const char* const>{};
}

/// RFC 4271 §4.5 and §6
std::string notification_text(std::uint32_t code, std::uint32_t subcode) {
  static constexpr std::array<const char*, 8> kCodes{"",
                                                     "Message Header Error",
                                                     "OPEN Message Error",
                                                     "UPDATE Message Error",
                                                     "Hold Timer Expired",
                                                     "Finite State Machine Error",
                                                     "Cease",
                                                     "ROUTE-REFRESH Message Error"};
  std::string text = code > 0 && code < kCodes.size() ? kCodes[code] : "code " + std::to_string(code);
  const auto names = subcode_names(code);
  std::string detail = subcode > 0 && subcode <= names.size() ? names[subcode - 1] : "";
  if (detail.empty() && subcode != 0) detail = "subcode " + std::to_string(subcode);
  return detail.empty() ? text : text + "/" + detail;
}

}  // namespace

void append(std::string& out, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, arguments);
  va_end(arguments);
  if (length > 0) {
    const auto old = out.size();
    out.resize(old + static_cast<std::size_t>(length) + 1);
    std::vsnprintf(out.data() + old, static_cast<std::size_t>(length) + 1, format, again);
    out.pop_back();
  }
  va_end(again);
}

void append_number(std::string& out, std::uint64_t number, std::size_t width) {
  char digits[20];
  const auto* end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  const auto count = static_cast<std::size_t>(end - digits);
  if (count < width) out.append(width - count, ' ');
  out.append(digits, count);
}

std::optional<rib::IpAddress> address_of(std::string_view octets) {
  return rib::IpAddress::from_bytes(
      std::span(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()));
}

std::string address_text(std::string_view octets) {
  const auto address = address_of(octets);
  return address ? address->to_string() : std::string();
}

rib::Prefix prefix_of(const api::Prefix& prefix) {
  return {address_of(prefix.address()).value_or(rib::IpAddress()), prefix.length()};
}

void put_prefix(const rib::Prefix& prefix, api::Prefix& to) {
  const auto octets = prefix.address().bytes();
  to.set_address(std::string(octets.begin(), octets.end()));
  to.set_length(prefix.length());
}

std::string prefix_text(const api::Prefix& prefix) { return prefix_of(prefix).to_string(); }

std::string neighbor_text(const api::NeighborName& name) {
  const auto address = address_of(name.address());
  if (!address || name.named_by_interface()) return name.interface();
  if (!address->is_link_local() || name.interface().empty()) return address->to_string();
  return address->to_string() + "%" + name.interface();
}

std::string interface_text(const api::NextHop& next_hop) {
  return next_hop.interface().empty() ? "if" + std::to_string(next_hop.interface_index())
                                      : next_hop.interface();
}

std::string identifier_text(std::uint32_t identifier) { return rib::IpAddress::v4(identifier).to_string(); }

std::string age_text(std::optional<std::uint64_t> milliseconds) {
  if (!milliseconds) return "never";
  const std::uint64_t seconds = *milliseconds / 1000;
  const auto days = static_cast<unsigned long>(seconds / kDay);
  const auto hours = static_cast<unsigned>(seconds / 3600 % 24);
  const auto minutes = static_cast<unsigned>(seconds / 60 % 60);
  std::string text;
  if (seconds < kDay)
    append(text, "%02u:%02u:%02u", hours, minutes, static_cast<unsigned>(seconds % 60));
  else if (seconds < kWeek)
    append(text, "%lud%02uh%02um", days, hours, minutes);
  else
    append(text, "%02luw%lud%02uh", days / 7, days % 7, hours);
  return text;
}

std::string date_text(WallClock when) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char text[64];
  const auto length = std::strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y", &parts);
  return {text, length};
}

WallClock time_of(WallClock now, std::uint64_t age_ms) {
  constexpr std::uint64_t kCentury = 100 * 365 * kDay * 1000;
  return now - std::chrono::milliseconds(static_cast<std::int64_t>(std::min(age_ms, kCentury)));
}

std::int64_t epoch_of(WallClock now, std::uint64_t age_ms) {
  return std::chrono::duration_cast<std::chrono::seconds>(time_of(now, age_ms).time_since_epoch()).count();
}

std::string memory_text(std::uint64_t octets) {
  constexpr std::uint64_t kKibi = 1024, kMebi = kKibi * kKibi;
  if (octets > 10 * kMebi) return std::to_string((octets + kMebi / 2) / kMebi) + " MiB";
  if (octets > 10 * kKibi) return std::to_string((octets + kKibi / 2) / kKibi) + " KiB";
  return std::to_string(octets) + " bytes";
}

rib::BestReason reason_of(api::BestReason reason) {
  return enumerator<rib::BestReason>(reason, api::BestReason_MAX);
}
rib::PathState state_of(api::PathState state) {
  return enumerator<rib::PathState>(state, api::PathState_MAX);
}
rib::FibState state_of(api::FibState state) { return enumerator<rib::FibState>(state, api::FibState_MAX); }

bool is_empty(const api::PolicyNames& names) {
  return names.distribute_list().empty() && names.prefix_list().empty() && names.filter_list().empty() &&
         names.route_map().empty();
}

std::string_view session_state_text(api::SessionState state) {
  switch (state) {
    case api::STATE_CONNECT:
      return "Connect";
    case api::STATE_ACTIVE:
      return "Active";
    case api::STATE_OPEN_SENT:
      return "OpenSent";
    case api::STATE_OPEN_CONFIRM:
      return "OpenConfirm";
    case api::STATE_ESTABLISHED:
      return "Established";
    default:
      return "Idle";
  }
}

std::string_view origin_text(api::PathAttributes::Origin origin) {
  if (origin == api::PathAttributes::IGP) return "IGP";
  return origin == api::PathAttributes::EGP ? "EGP" : "incomplete";
}

char origin_code(api::PathAttributes::Origin origin) {
  if (origin == api::PathAttributes::IGP) return 'i';
  return origin == api::PathAttributes::EGP ? 'e' : '?';
}

std::string_view family_key(api::Family family) {
  return family == api::IPV6_UNICAST ? "ipv6Unicast" : "ipv4Unicast";
}

std::string_view family_name(api::Family family) {
  return rib::name_of(family == api::IPV6_UNICAST ? rib::Family::Ipv6Unicast : rib::Family::Ipv4Unicast);
}

std::string as_path_text(const api::PathAttributes& attributes) {
  std::string text;
  append_as_path(text, attributes);
  return text;
}

void append_as_path(std::string& out, const api::PathAttributes& attributes) {
  as_path_of(attributes).append_to(out);
}

rib::AsPath as_path_of(const api::PathAttributes& attributes) {
  const auto& octets = attributes.as_path_octets();
  if (!octets.empty()) {
    const std::span wire(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size());
    return rib::AsPath::decode(wire, 4).value_or(rib::AsPath());
  }
  std::vector<rib::AsPath::Segment> segments;
  for (const auto& segment : attributes.as_path())
    segments.push_back({static_cast<rib::AsPath::SegmentType>(segment.type()),
                        {segment.as_numbers().begin(), segment.as_numbers().end()}});
  return rib::AsPath(segments);
}

bool is_rejected(api::PathState state) {
  return state != api::PATH_ACCEPTED && state != api::PATH_NEXT_HOP_UNREACHABLE &&
         state != api::PATH_DUPLICATE_SUBNET;
}

std::string rejection_text(const api::Path& path) {
  std::string text(rib::name_of(state_of(path.state())));
  return path.denied_by().empty() ? text : text + ": " + path.denied_by();
}

bool is_duplicate(const api::Destination& destination, const api::Path& path) {
  return path.state() == api::PATH_DUPLICATE_SUBNET || destination.fib() == api::FIB_SUPPRESSED;
}

std::string reset_text(const api::LastReset& reset) {
  const auto with_text = [&](std::string words) {
    return reset.text().empty() ? words : words + " (" + reset.text() + ")";
  };
  const auto notification = [&] {
    auto words = notification_text(reset.code(), reset.subcode());
    if (reset.inner_code() != 0)
      words += " for " + notification_text(reset.inner_code(), reset.inner_subcode());
    return with_text(std::move(words));
  };
  switch (reset.cause()) {
    case api::LastReset::NOTIFICATION_SENT:
      return "Notification sent: " + notification();
    case api::LastReset::NOTIFICATION_RECEIVED:
      return "Notification received: " + notification();
    case api::LastReset::CONNECTION_CLOSED:
      return "Peer closed the session";
    case api::LastReset::CONNECTION_FAILED:
      return with_text("Connection failed");
    case api::LastReset::HOLD_TIMER_EXPIRED:
      return "Hold Timer expired";
    case api::LastReset::SEND_HOLD_TIMER_EXPIRED:
      return "Send Hold Timer expired";
    case api::LastReset::ADMINISTRATIVE:
      return with_text("Admin. shutdown");
    case api::LastReset::CONFIGURATION_CHANGED:
      return "Configuration changed";
    case api::LastReset::CLEARED:
      return "User reset";
    case api::LastReset::REMOVED:
      return "Neighbor deleted";
    case api::LastReset::COLLISION:
      return "Connection collision";
    default:
      return "Waiting for peer OPEN";
  }
}

}  // namespace cli::show
