#include "test/bench/generator/update_messages.hpp"

#include "bgpd/update/encoder.hpp"

namespace bench {
namespace {

rib::ExportProfile profile(rib::Family family, bool is_internal, std::uint16_t maximum_message_size) {
  rib::ExportProfile p;
  p.family = family;
  p.type = is_internal ? rib::PeerType::Internal : rib::PeerType::External;
  p.maximum_message_size = maximum_message_size;
  return p;
}

std::vector<rib::Nlri> nlri_of(std::span<const rib::Prefix> prefixes) {
  std::vector<rib::Nlri> nlri;
  nlri.reserve(prefixes.size());
  for (const auto& prefix : prefixes) nlri.push_back({prefix, 0});
  return nlri;
}

void append(bgpd::update::Encoder& encoder, std::span<const rib::Prefix> prefixes,
            const rib::PathAttributes& attributes, Message& messages) {
  bgpd::update::EncodedAttributes encoded;
  std::vector<rib::Nlri> unsendable;
  encoder.encode(attributes, encoded);
  encoder.announce(encoded, nlri_of(prefixes), messages, unsendable);
}

}  // namespace

Message announcements(const RouteTable& table, const Announcer& announcer,
                      std::uint16_t maximum_message_size) {
  bgpd::update::Encoder encoder(profile(table.family(), announcer.is_internal, maximum_message_size));
  Message messages;
  for (std::uint32_t group = 0; group < table.groups.size(); ++group)
    append(encoder, table.of(table.groups[group]), attributes_of(group, announcer), messages);
  return messages;
}

Message announcement(std::span<const rib::Prefix> prefixes, const rib::PathAttributes& attributes,
                     const Announcer& announcer) {
  bgpd::update::Encoder encoder(profile(prefixes.front().family(), announcer.is_internal, 4096));
  Message messages;
  append(encoder, prefixes, attributes, messages);
  return messages;
}

Message withdraws(std::span<const rib::Prefix> prefixes, std::uint16_t maximum_message_size) {
  Message messages;
  bgpd::update::Encoder(profile(prefixes.front().family(), true, maximum_message_size))
      .withdraw(nlri_of(prefixes), messages);
  return messages;
}

Message end_of_rib(rib::Family family) {
  Message message;
  bgpd::update::Encoder(profile(family, true, 4096)).end_of_rib(message);
  return message;
}

}  // namespace bench
