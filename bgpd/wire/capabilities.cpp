#include "bgpd/wire/capabilities.hpp"

#include <algorithm>

namespace bgpd::wire {
namespace {

constexpr std::uint8_t octet(CapabilityCode code) { return static_cast<std::uint8_t>(code); }

AfiSafi read_afi_safi(ByteReader& reader) {
  const auto afi = reader.u16();
  return {afi, reader.u8()};
}

void write_afi_safi(AfiSafi family, ByteWriter& writer) {
  writer.u16(family.afi);
  writer.u8(family.safi);
}

std::string read_name(ByteReader& reader) {
  const auto octets = reader.take(reader.u8());
  return {octets.begin(), octets.end()};
}

template <typename Entry>
void insert_once(std::vector<Entry>& entries, const Entry& entry) {
  if (std::ranges::find(entries, entry) == entries.end()) entries.push_back(entry);
}

// One function per capability with a value. Each returns false when the length is impossible.

bool decode_multiprotocol(ByteReader value, Capabilities& capabilities) {
  if (value.size() != 4) return false;
  const auto afi = value.u16();
  value.u8();  // reserved, ignored on receipt, RFC 4760 §8
  insert_once(capabilities.multiprotocol, AfiSafi(afi, value.u8()));
  return true;
}

bool decode_extended_next_hop(ByteReader value, Capabilities& capabilities) {
  if (value.size() % 6 != 0) return false;
  while (!value.empty()) {
    const auto afi = value.u16();
    const auto safi = value.u16();
    const auto next_hop_afi = value.u16();
    if (safi <= 255)  // SAFI has two octets here, RFC 8950 §4; no SAFI is larger than one
      insert_once(capabilities.extended_next_hop, {{afi, static_cast<std::uint8_t>(safi)}, next_hop_afi});
  }
  return true;
}

bool decode_four_octet_as(ByteReader value, Capabilities& capabilities) {
  if (value.size() != 4) return false;
  capabilities.four_octet_as = value.u32();
  return true;
}

/// RFC 4724 §3: of several instances the last counts.
bool decode_graceful_restart(ByteReader value, Capabilities& capabilities) {
  if (value.size() % 4 != 2) return false;
  const auto flags_and_time = value.u16();
  GracefulRestart restart;
  restart.restarting = flags_and_time & 0x8000;
  restart.notification = flags_and_time & 0x4000;
  restart.restart_time = flags_and_time & 0x0fff;
  while (!value.empty()) {
    const auto family = read_afi_safi(value);
    restart.families.push_back({family, (value.u8() & 0x80) != 0});
  }
  capabilities.graceful_restart = std::move(restart);
  return true;
}

bool decode_long_lived(ByteReader value, Capabilities& capabilities) {
  if (value.size() % 7 != 0) return false;
  std::vector<LongLivedFamily> families;
  while (!value.empty()) {
    const auto family = read_afi_safi(value);
    const bool preserved = value.u8() & 0x80;
    families.push_back({family, preserved, value.u24()});
  }
  capabilities.long_lived = std::move(families);
  return true;
}

bool decode_add_path(ByteReader value, Capabilities& capabilities) {
  if (value.size() % 4 != 0) return false;
  while (!value.empty()) {
    const auto family = read_afi_safi(value);
    const auto direction = value.u8();
    if (direction < 1 || direction > 3) continue;  // RFC 7911 §4: treated as not understood
    std::erase_if(capabilities.add_path, [&](const AddPathFamily& known) { return known.family == family; });
    capabilities.add_path.push_back({family, static_cast<AddPathFamily::Direction>(direction)});
  }
  return true;
}

/// Only for display, so a malformed one is left out.
bool decode_fqdn(ByteReader value, Capabilities& capabilities) {
  Fqdn fqdn;
  fqdn.host = read_name(value);
  fqdn.domain = read_name(value);
  if (value.ok()) capabilities.fqdn = std::move(fqdn);
  return true;
}

bool decode_flag(ByteReader value, bool& flag) {
  flag = true;
  return value.empty();
}

bool decode_value(std::uint8_t code, ByteReader value, Capabilities& capabilities) {
  switch (code) {
    case octet(CapabilityCode::Multiprotocol):
      return decode_multiprotocol(value, capabilities);
    case octet(CapabilityCode::RouteRefresh):
      return decode_flag(value, capabilities.route_refresh);
    case octet(CapabilityCode::ExtendedNextHop):
      return decode_extended_next_hop(value, capabilities);
    case octet(CapabilityCode::ExtendedMessage):
      return decode_flag(value, capabilities.extended_message);
    case octet(CapabilityCode::Role):
      return value.size() == 1;  // its value is read by decode_role
    case octet(CapabilityCode::GracefulRestart):
      return decode_graceful_restart(value, capabilities);
    case octet(CapabilityCode::FourOctetAs):
      return decode_four_octet_as(value, capabilities);
    case octet(CapabilityCode::AddPath):
      return decode_add_path(value, capabilities);
    case octet(CapabilityCode::EnhancedRouteRefresh):
      return decode_flag(value, capabilities.enhanced_route_refresh);
    case octet(CapabilityCode::LongLivedGracefulRestart):
      return decode_long_lived(value, capabilities);
    case octet(CapabilityCode::Fqdn):
      return decode_fqdn(value, capabilities);
  }
  // RFC 5492 §3: unknown ones are ignored by the session, but shown.
  const auto octets = value.rest();
  insert_once(capabilities.unknown, {code, std::vector<std::uint8_t>(octets.begin(), octets.end())});
  return true;
}

/// RFC 9234 §4.2: several instances must agree.
bool decode_role(ByteReader value, Capabilities& capabilities) {
  const auto role = value.u8();
  const bool agrees = !capabilities.role || *capabilities.role == role;
  capabilities.role = role;
  return agrees;
}

/// Writes code and length around what `write_value` writes.
template <typename WriteValue>
void encode_one(std::uint8_t code, ByteWriter& writer, WriteValue&& write_value) {
  writer.u8(code);
  const auto length_at = writer.size();
  writer.u8(0);
  write_value();
  const auto length = writer.size() - length_at - 1;
  if (length > 255) writer.fail();
  writer.patch_u8(length_at, length);
}

void encode_flag(CapabilityCode code, bool flag, ByteWriter& writer) {
  if (flag) encode_one(octet(code), writer, [] {});
}

/// Both names, cut to what one capability holds.
void write_names(const Fqdn& fqdn, ByteWriter& writer) {
  const auto write = [&](std::string_view name) {
    writer.u8(static_cast<std::uint8_t>(name.size()));
    for (const auto c : name) writer.u8(static_cast<std::uint8_t>(c));
  };
  constexpr std::size_t kRoom = 255 - 2;
  const auto host = std::string_view(fqdn.host).substr(0, kRoom);
  write(host);
  write(std::string_view(fqdn.domain).substr(0, kRoom - host.size()));
}

void encode_graceful_restart(const GracefulRestart& restart, ByteWriter& writer) {
  encode_one(octet(CapabilityCode::GracefulRestart), writer, [&] {
    writer.u16(static_cast<std::uint16_t>((restart.restarting ? 0x8000 : 0) |
                                          (restart.notification ? 0x4000 : 0) |
                                          (restart.restart_time & 0x0fff)));
    for (const auto& state : restart.families) {
      write_afi_safi(state.family, writer);
      writer.u8(state.forwarding_preserved ? 0x80 : 0);
    }
  });
}

void encode_long_lived(const std::vector<LongLivedFamily>& families, ByteWriter& writer) {
  encode_one(octet(CapabilityCode::LongLivedGracefulRestart), writer, [&] {
    for (const auto& state : families) {
      write_afi_safi(state.family, writer);
      writer.u8(state.forwarding_preserved ? 0x80 : 0);
      writer.u24(state.stale_time);
    }
  });
}

}  // namespace

bool Capabilities::has(rib::Family family) const {
  return std::ranges::find(multiprotocol, AfiSafi(family)) != multiprotocol.end();
}

std::optional<Notification> decode_capabilities(Octets parameter, Capabilities& capabilities) {
  ByteReader reader(parameter);
  while (!reader.empty()) {
    const auto code = reader.u8();
    const auto value = reader.sub(reader.u8());
    if (!reader.ok() || !decode_value(code, value, capabilities))
      return Notification(ErrorCode::OpenMessage, kUnspecific);
    if (code == octet(CapabilityCode::Role) && !decode_role(value, capabilities))
      return Notification(OpenError::RoleMismatch);
  }
  return std::nullopt;
}

void encode_capabilities(const Capabilities& capabilities, ByteWriter& writer) {
  for (const auto family : capabilities.multiprotocol)
    encode_one(octet(CapabilityCode::Multiprotocol), writer, [&] {
      writer.u16(family.afi);
      writer.u8(0);
      writer.u8(family.safi);
    });
  encode_flag(CapabilityCode::RouteRefresh, capabilities.route_refresh, writer);
  if (!capabilities.extended_next_hop.empty())
    encode_one(octet(CapabilityCode::ExtendedNextHop), writer, [&] {
      for (const auto& entry : capabilities.extended_next_hop) {
        writer.u16(entry.nlri.afi);
        writer.u16(entry.nlri.safi);
        writer.u16(entry.next_hop_afi);
      }
    });
  encode_flag(CapabilityCode::ExtendedMessage, capabilities.extended_message, writer);
  if (capabilities.role)
    encode_one(octet(CapabilityCode::Role), writer, [&] { writer.u8(*capabilities.role); });
  if (capabilities.graceful_restart) encode_graceful_restart(*capabilities.graceful_restart, writer);
  if (capabilities.four_octet_as)
    encode_one(octet(CapabilityCode::FourOctetAs), writer, [&] { writer.u32(*capabilities.four_octet_as); });
  if (!capabilities.add_path.empty())
    encode_one(octet(CapabilityCode::AddPath), writer, [&] {
      for (const auto& entry : capabilities.add_path) {
        write_afi_safi(entry.family, writer);
        writer.u8(static_cast<std::uint8_t>(entry.direction));
      }
    });
  encode_flag(CapabilityCode::EnhancedRouteRefresh, capabilities.enhanced_route_refresh, writer);
  if (capabilities.long_lived) encode_long_lived(*capabilities.long_lived, writer);
  if (capabilities.fqdn)
    encode_one(octet(CapabilityCode::Fqdn), writer, [&] { write_names(*capabilities.fqdn, writer); });
  for (const auto& unknown : capabilities.unknown)
    encode_one(unknown.code, writer, [&] { writer.octets(unknown.value); });
}

std::string_view name_of(CapabilityCode code) {
  switch (code) {
    case CapabilityCode::Multiprotocol:
      return "Multiprotocol Extensions";
    case CapabilityCode::RouteRefresh:
      return "Route Refresh";
    case CapabilityCode::ExtendedNextHop:
      return "Extended Next Hop Encoding";
    case CapabilityCode::ExtendedMessage:
      return "Extended Message";
    case CapabilityCode::Role:
      return "Role";
    case CapabilityCode::GracefulRestart:
      return "Graceful Restart";
    case CapabilityCode::FourOctetAs:
      return "4 Octet AS";
    case CapabilityCode::AddPath:
      return "ADD-PATH";
    case CapabilityCode::EnhancedRouteRefresh:
      return "Enhanced Route Refresh";
    case CapabilityCode::LongLivedGracefulRestart:
      return "Long-lived Graceful Restart";
    case CapabilityCode::Fqdn:
      return "FQDN";
  }
  return "Unknown";
}

std::string_view name_of(Role role) {
  switch (role) {
    case Role::Provider:
      return "provider";
    case Role::RouteServer:
      return "rs-server";
    case Role::RouteServerClient:
      return "rs-client";
    case Role::Customer:
      return "customer";
    case Role::Peer:
      return "peer";
  }
  return "unknown";
}

}  // namespace bgpd::wire
