#include "bgpd/update/encoder.hpp"

#include <algorithm>

#include "bgpd/wire/attribute_table.hpp"
#include "bgpd/wire/header.hpp"
#include "bgpd/wire/mp_reach.hpp"
#include "bgpd/wire/nlri.hpp"

namespace bgpd::update {
namespace {

using wire::AttributeType;
using wire::ByteWriter;
using Octets = std::span<const std::uint8_t>;
using Prefixes = std::span<const rib::Nlri>;

constexpr std::size_t kEmptyUpdate = wire::kHeaderSize + 4;  // with its two length fields
constexpr std::size_t kMpHeader = 4;                         // at most: flags, type, length

/// As many prefixes from the front as fit.
struct Portion {
  std::size_t count = 0;
  std::size_t octets = 0;
};

Portion fit(Prefixes prefixes, bool add_path, std::size_t room) {
  Portion portion;
  for (const auto& nlri : prefixes) {
    const auto size = wire::encoded_size(nlri, add_path);
    if (size > room - portion.octets) break;
    portion.octets += size;
    ++portion.count;
  }
  return portion;
}

/// Calls `write(portion of prefixes, octets they need)` until none is left; those that fit nowhere are
/// `refused`.
template <typename Write, typename Refuse>
void for_each_message(Prefixes prefixes, bool add_path, std::size_t overhead, std::size_t maximum,
                      Write&& write, Refuse&& refuse) {
  const auto room = maximum - std::min(maximum, overhead);
  while (!prefixes.empty()) {
    const auto portion = fit(prefixes, add_path, room);
    if (portion.count == 0) {
      refuse(prefixes.front());
      prefixes = prefixes.subspan(1);
      continue;
    }
    write(prefixes.first(portion.count), portion.octets);
    prefixes = prefixes.subspan(portion.count);
  }
}

void write_prefixes(Prefixes prefixes, bool add_path, ByteWriter& writer) {
  for (const auto& nlri : prefixes) wire::encode_nlri(nlri, add_path, writer);
}

/// Room for one more message of `size` octets at the end of `messages`.
std::span<std::uint8_t> extend(std::vector<std::uint8_t>& messages, std::size_t size) {
  messages.resize(messages.size() + size);
  return std::span(messages).last(size);
}

void write_length(std::size_t length, ByteWriter& writer) { writer.u16(static_cast<std::uint16_t>(length)); }

void append_classic_announcement(Octets attributes, Prefixes prefixes, std::size_t nlri_octets, bool add_path,
                                 std::vector<std::uint8_t>& messages) {
  ByteWriter writer(extend(messages, kEmptyUpdate + attributes.size() + nlri_octets));
  wire::begin_message(writer, wire::MessageType::Update);
  write_length(0, writer);
  write_length(attributes.size(), writer);
  writer.octets(attributes);
  write_prefixes(prefixes, add_path, writer);
  wire::finish_message(writer);
}

void append_classic_withdrawal(Prefixes prefixes, std::size_t nlri_octets, bool add_path,
                               std::vector<std::uint8_t>& messages) {
  ByteWriter writer(extend(messages, kEmptyUpdate + nlri_octets));
  wire::begin_message(writer, wire::MessageType::Update);
  write_length(nlri_octets, writer);
  write_prefixes(prefixes, add_path, writer);
  write_length(0, writer);
  wire::finish_message(writer);
}

/// MP_REACH_NLRI or MP_UNREACH_NLRI with `start` before the prefixes, then the other attributes.
void append_multiprotocol(AttributeType type, Octets start, Octets attributes, Prefixes prefixes,
                          std::size_t nlri_octets, bool add_path, std::vector<std::uint8_t>& messages) {
  const auto value = start.size() + nlri_octets;
  const auto list = wire::attribute_header_size(value) + value + attributes.size();
  ByteWriter writer(extend(messages, kEmptyUpdate + list));
  wire::begin_message(writer, wire::MessageType::Update);
  write_length(0, writer);
  write_length(list, writer);
  wire::encode_attribute_header(wire::kOptional, type, value, writer);
  writer.octets(start);
  write_prefixes(prefixes, add_path, writer);
  writer.octets(attributes);
  wire::finish_message(writer);
}

struct UnreachStart {
  explicit UnreachStart(rib::Family family) {
    ByteWriter writer(octets);
    wire::encode_mp_unreach_start(family, writer);
  }
  std::uint8_t octets[3] = {};
};

}  // namespace

Encoder::Encoder(const rib::ExportProfile& profile)
    : profile_(profile), room_(profile.maximum_message_size) {}

void Encoder::encode(const rib::PathAttributes& attributes, EncodedAttributes& encoded) {
  ByteWriter list(room_);
  wire::encode_attributes(attributes, profile_, list);
  encoded.octets.assign(list.written().begin(), list.written().end());
  encoded.mp_start.clear();

  const bool classic = is_classic() && attributes.next_hop.is_v4();
  const bool next_hop_usable =
      classic || (attributes.next_hop.is_v6() && (!is_classic() || profile_.extended_next_hop));
  encoded.sendable = list.ok() && next_hop_usable;
  if (classic || !encoded.sendable) return;
  ByteWriter start(room_);
  wire::encode_mp_reach_start(profile_.family, attributes.next_hop, attributes.rare->link_local_next_hop,
                              start);
  encoded.mp_start.assign(start.written().begin(), start.written().end());
}

void Encoder::announce(const EncodedAttributes& encoded, Prefixes prefixes,
                       std::vector<std::uint8_t>& messages, std::vector<rib::Nlri>& unsendable) const {
  if (!encoded.sendable) {
    unsendable.insert(unsendable.end(), prefixes.begin(), prefixes.end());
    return;
  }
  const bool classic = encoded.mp_start.empty();
  const auto overhead =
      kEmptyUpdate + encoded.octets.size() + (classic ? 0 : kMpHeader + encoded.mp_start.size());
  const auto write = [&](Prefixes portion, std::size_t octets) {
    if (classic)
      append_classic_announcement(encoded.octets, portion, octets, profile_.add_path_send, messages);
    else
      append_multiprotocol(AttributeType::MpReachNlri, encoded.mp_start, encoded.octets, portion, octets,
                           profile_.add_path_send, messages);
  };
  for_each_message(prefixes, profile_.add_path_send, overhead, profile_.maximum_message_size, write,
                   [&](const rib::Nlri& nlri) { unsendable.push_back(nlri); });
}

void Encoder::withdraw(Prefixes prefixes, std::vector<std::uint8_t>& messages) const {
  const UnreachStart start(profile_.family);
  const auto overhead = kEmptyUpdate + (is_classic() ? 0 : kMpHeader + sizeof start.octets);
  const auto write = [&](Prefixes portion, std::size_t octets) {
    if (is_classic())
      append_classic_withdrawal(portion, octets, profile_.add_path_send, messages);
    else
      append_multiprotocol(AttributeType::MpUnreachNlri, start.octets, {}, portion, octets,
                           profile_.add_path_send, messages);
  };
  // Without attributes every prefix fits.
  for_each_message(prefixes, profile_.add_path_send, overhead, profile_.maximum_message_size, write,
                   [](const rib::Nlri&) {});
}

void Encoder::end_of_rib(std::vector<std::uint8_t>& messages) const {
  if (is_classic()) return append_classic_withdrawal({}, 0, false, messages);
  const UnreachStart start(profile_.family);
  append_multiprotocol(AttributeType::MpUnreachNlri, start.octets, {}, {}, 0, false, messages);
}

}  // namespace bgpd::update
