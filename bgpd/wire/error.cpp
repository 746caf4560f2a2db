#include "bgpd/wire/error.hpp"

#include <algorithm>

#include "bgpd/wire/attribute_table.hpp"

namespace bgpd::wire {
namespace {

/// RFC 4271 §6.3 gives data to errors that concern one attribute, except a malformed AS_PATH.
bool has_data(UpdateError subcode) {
  switch (subcode) {
    case UpdateError::MalformedAttributeList:
    case UpdateError::InvalidNetworkField:
    case UpdateError::MalformedAsPath:
      return false;
    default:
      return true;
  }
}

}  // namespace

Notification AttributeError::notification() const { return {subcode, has_data(subcode) ? octets : Octets{}}; }

std::string_view name_of(Treatment treatment) {
  switch (treatment) {
    case Treatment::AttributeDiscard:
      return "attribute discarded";
    case Treatment::TreatAsWithdraw:
      return "treated as withdraw";
    case Treatment::SessionReset:
      return "session reset";
  }
  return "unknown";
}

std::string describe(const AttributeError& error) {
  constexpr std::size_t kShown = 32;
  constexpr char kDigits[] = "0123456789abcdef";
  auto text = name_of_attribute(error.type) + ' ' + std::string(error.reason);
  if (!error.octets.empty()) {
    text += " (";
    for (const auto octet : error.octets.first(std::min(kShown, error.octets.size()))) {
      if (text.back() != '(') text += ' ';
      text += kDigits[octet >> 4];
      text += kDigits[octet & 15];
    }
    text += error.octets.size() > kShown ? " ...)" : ")";
  }
  return text + ", " + std::string(name_of(error.treatment));
}

}  // namespace bgpd::wire
