#include "bgpd/wire/open.hpp"

namespace bgpd::wire {
namespace {

constexpr std::uint8_t kCapabilitiesParameter = 2;  // RFC 5492 §4
constexpr std::uint8_t kExtendedParameters = 255;   // RFC 9072 §2, as length and as type
constexpr std::size_t kFixedSize = 10;              // version to parameters length

std::unexpected<Notification> unspecific() {
  return std::unexpected(Notification(ErrorCode::OpenMessage, kUnspecific));
}

/// The parameters and the width of their length fields.
struct Parameters {
  ByteReader octets;
  bool extended = false;
};

/// RFC 9072 §2: the type after the length decides; a length of 255 or any other non-zero number then says
/// nothing.
std::optional<Parameters> read_parameters(ByteReader& reader) {
  const auto length = reader.u8();
  const bool extended = length != 0 && !reader.empty() && reader.rest()[0] == kExtendedParameters;
  Parameters parameters;
  parameters.extended = extended;
  if (extended) {
    reader.u8();
    parameters.octets = reader.sub(reader.u16());
  } else {
    parameters.octets = reader.sub(length);
  }
  if (!reader.ok() || !reader.empty()) return std::nullopt;
  return parameters;
}

std::optional<Notification> decode_parameters(Parameters parameters, Capabilities& capabilities) {
  auto& reader = parameters.octets;
  while (!reader.empty()) {
    const auto type = reader.u8();
    const auto value = reader.take(parameters.extended ? reader.u16() : reader.u8());
    if (!reader.ok()) return Notification(ErrorCode::OpenMessage, kUnspecific);
    if (type != kCapabilitiesParameter) return Notification(OpenError::UnsupportedOptionalParameter);
    if (auto error = decode_capabilities(value, capabilities)) return error;
  }
  return std::nullopt;
}

}  // namespace

void Open::set_as(rib::AsNumber as) {
  my_as = static_cast<std::uint16_t>(as > 0xffff ? rib::kAsTrans : as);
  capabilities.four_octet_as = as;
}

std::expected<Open, Notification> decode_open(Octets body) {
  ByteReader reader(body);
  const auto version = reader.u8();
  Open open;
  open.my_as = reader.u16();
  open.hold_time = reader.u16();
  open.identifier = reader.u32();
  if (!reader.ok() || reader.empty()) return unspecific();

  if (version != kBgpVersion) {
    constexpr std::uint8_t supported[] = {0, kBgpVersion};  // two octets, RFC 4271 §6.2
    return std::unexpected(Notification(OpenError::UnsupportedVersion, supported));
  }
  const auto parameters = read_parameters(reader);
  if (!parameters) return unspecific();
  if (auto error = decode_parameters(*parameters, open.capabilities)) return std::unexpected(*error);

  if (open.my_as == 0 || open.as() == 0) return std::unexpected(Notification(OpenError::BadPeerAs));
  if (open.hold_time == 1 || open.hold_time == 2)
    return std::unexpected(Notification(OpenError::UnacceptableHoldTime));
  if (open.identifier == 0) return std::unexpected(Notification(OpenError::BadBgpIdentifier));
  return open;
}

std::vector<std::uint8_t> encode_open(const Open& open) {
  std::vector<std::uint8_t> capabilities(kMaximumMessageSize - kHeaderSize - kFixedSize - 6);
  ByteWriter values(capabilities);
  encode_capabilities(open.capabilities, values);
  if (!values.ok()) return {};
  const auto octets = values.written();
  const bool extended = open.extended_parameters || octets.size() + 2 > 255;

  std::vector<std::uint8_t> message(kMaximumMessageSize);
  ByteWriter writer(message);
  begin_message(writer, MessageType::Open);
  writer.u8(kBgpVersion);
  writer.u16(open.my_as);
  writer.u16(open.hold_time);
  writer.u32(open.identifier);
  if (extended) {
    writer.u8(kExtendedParameters);
    writer.u8(kExtendedParameters);
    writer.u16(static_cast<std::uint16_t>(octets.size() + 3));
    writer.u8(kCapabilitiesParameter);
    writer.u16(static_cast<std::uint16_t>(octets.size()));
  } else if (octets.empty()) {
    writer.u8(0);
  } else {
    writer.u8(static_cast<std::uint8_t>(octets.size() + 2));
    writer.u8(kCapabilitiesParameter);
    writer.u8(static_cast<std::uint8_t>(octets.size()));
  }
  writer.octets(octets);
  finish_message(writer);
  message.resize(writer.size());
  return message;
}

}  // namespace bgpd::wire
