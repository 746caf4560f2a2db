// What an error in an UPDATE leads to, RFC 7606 §2. Errors are collected over the whole message; the
// strongest treatment counts, and each stays readable for the log and the neighbor's counters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bgpd/wire/notification.hpp"

namespace bgpd::wire {

/// Weakest first, RFC 7606 §3 (h). "AFI/SAFI disable" is not offered: where it is allowed, the session is
/// reset.
enum class Treatment : std::uint8_t { AttributeDiscard, TreatAsWithdraw, SessionReset };

/// Why an attribute's value is refused. What a decoder of one attribute returns.
struct Defect {
  Treatment treatment = Treatment::TreatAsWithdraw;
  UpdateError subcode = UpdateError::MalformedAttributeList;  // of the NOTIFICATION if it comes to a reset
  std::string_view reason;                                    // static text
};
using Verdict = std::optional<Defect>;

struct AttributeError {
  Treatment treatment = Treatment::AttributeDiscard;
  UpdateError subcode = UpdateError::MalformedAttributeList;
  std::uint8_t type = 0;    // of the attribute; 0: the message's own fields
  std::string_view reason;  // static text, "length", "missing", "duplicate"
  Octets octets;  // the offending attribute with its header, or the field; borrowed from the message
  /// The data of a NOTIFICATION about it, RFC 4271 §6.3: the attribute, the type of a missing one, or
  /// nothing.
  Notification notification() const;
};

std::string_view name_of(Treatment treatment);  // "treat-as-withdraw"
/// "ORIGIN value (40 01 01 07), treat-as-withdraw"; at most 32 octets are shown.
std::string describe(const AttributeError& error);

}  // namespace bgpd::wire
