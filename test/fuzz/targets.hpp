// What every fuzz target does with its input: shared by the libFuzzer programs and by the unit test that
// replays corpora and findings.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "bgpd/update/encoder.hpp"
#include "bgpd/wire/open.hpp"
#include "bgpd/wire/route_refresh.hpp"
#include "bgpd/wire/update.hpp"

namespace bgpd::fuzz {

using Input = std::span<const std::uint8_t>;

/// A statement about our own code: its failure is the finding.
inline void require(bool holds) {
  if (!holds) std::abort();
}

inline void header(Input input) {
  if (input.size() < wire::kHeaderSize) return;
  const auto result = wire::decode_header(input.first<wire::kHeaderSize>(), 65535);
  require(!result || result->length >= wire::kHeaderSize);
}

inline void open(Input input) {
  const auto open = wire::decode_open(input);
  if (!open) return;
  const auto message = wire::encode_open(*open);
  if (message.empty()) return;  // repeated capabilities, joined, may exceed one
  require(wire::decode_open(std::span(message).subspan(wire::kHeaderSize)) == open);
}

inline void capabilities(Input input) {
  wire::Capabilities first, second;
  if (wire::decode_capabilities(input, first)) return;
  std::vector<std::uint8_t> room(65535);
  wire::ByteWriter writer(room);
  wire::encode_capabilities(first, writer);
  if (!writer.ok()) return;
  require(!wire::decode_capabilities(writer.written(), second) && first == second);
}

inline void notification(Input input) {
  const auto first = wire::decode_notification(input);
  static_cast<void>(wire::describe(first));
  static_cast<void>(wire::shutdown_text(first));
  if (const auto inner = wire::hard_reset_reason(first)) static_cast<void>(wire::describe(*inner));
  const auto message = wire::encode_notification(first);
  require(message.size() <= wire::kMaximumMessageSize);
}

inline void route_refresh(Input input) {
  const auto first = wire::decode_route_refresh(input);
  if (!first) return;
  const auto message = wire::encode_route_refresh(*first);
  require(wire::decode_route_refresh(std::span(message).subspan(wire::kHeaderSize)) == first);
}

inline void nlri(Input input) {
  if (input.empty()) return;
  const auto family = input[0] & 1 ? rib::Family::Ipv6Unicast : rib::Family::Ipv4Unicast;
  const bool add_path = input[0] & 2;
  std::vector<rib::Nlri> first, second;
  if (!wire::decode_nlri(input.subspan(1), family, add_path, first)) return;
  std::vector<std::uint8_t> room(input.size());
  wire::ByteWriter writer(room);
  for (const auto& one : first) wire::encode_nlri(one, add_path, writer);
  require(writer.ok() && writer.size() == input.size() - 1);
  require(wire::decode_nlri(writer.written(), family, add_path, second) && first == second);
}

inline void as_path(Input input) {
  if (input.empty()) return;
  const auto path = rib::AsPath::decode(input.subspan(1), input[0] & 1 ? 2 : 4);
  if (!path) return;
  require(rib::AsPath::decode(path->octets(), 4) == path);
  require(rib::AsPath(path->segments()) == *path);
  static_cast<void>(path->to_string());
  static_cast<void>(path->octets_2());
  require(path->prepended(65000, 3).length() == path->length() + 3);
  if (const auto other = rib::AsPath::decode(path->octets_2(), 2))
    static_cast<void>(rib::AsPath::merged(*other, *path));
}

/// What the session negotiated, from one octet.
inline wire::DecodeContext context_from(std::uint8_t choice) {
  wire::DecodeContext context;
  context.peer_type = choice & 1 ? rib::PeerType::External : rib::PeerType::Internal;
  context.four_octet_as = !(choice & 2);
  context.add_path[0] = choice & 4;
  context.add_path[1] = choice & 8;
  context.extended_next_hop = choice & 16;
  if (!(choice & 32)) context.families.insert(rib::Family::Ipv6Unicast);
  if (choice & 64) context.families.erase(rib::Family::Ipv4Unicast);
  context.enforce_first_as = choice & 128;
  context.local_as = 64512;
  context.peer_as = choice & 1 ? 65000 : 64512;
  return context;
}

/// What was accepted, sent to a peer of the same kind, is read as the same.
inline void require_round_trip(const rib::Update& update, const wire::DecodeContext& context) {
  rib::ExportProfile profile;
  profile.family = update.family;
  profile.type = context.peer_type;
  profile.extended_next_hop = context.extended_next_hop;
  profile.add_path_send = context.add_path[rib::index_of(update.family)];
  profile.maximum_message_size = 65535;
  auto again = context;
  again.four_octet_as = true;
  update::Encoder encoder(profile);
  update::EncodedAttributes encoded;
  encoder.encode(*update.attributes, encoded);
  std::vector<std::uint8_t> messages;
  std::vector<rib::Nlri> unsendable;
  encoder.announce(encoded, update.announced, messages, unsendable);
  if (!unsendable.empty()) return;
  const auto length = messages[16] * 256u + messages[17];
  wire::DecodedUpdate second;
  require(wire::decode_update(std::span(messages).first(length).subspan(wire::kHeaderSize), again, second)
              .has_value());
  require(second.error_count() == 0 && second.updates().size() == 1);
  require(*second.updates()[0].attributes == *update.attributes);
  require(second.updates()[0].announced.front() == update.announced.front());
}

inline void update(Input input) {
  if (input.empty()) return;
  const auto context = context_from(input[0]);
  static wire::DecodedUpdate update;  // used again, as a session does
  const auto result = wire::decode_update(input.subspan(1), context, update);
  for (const auto& error : update.errors()) static_cast<void>(wire::describe(error));
  if (!result) return require(update.error_count() > 0);
  require(!update.end_of_rib() || update.updates().empty());
  for (const auto& part : update.updates()) {
    require(context.families.contains(part.family));
    require(part.announced.empty() || !update.treated_as_withdraw());
    if (!part.announced.empty()) require_round_trip(part, context);
  }
}

}  // namespace bgpd::fuzz
