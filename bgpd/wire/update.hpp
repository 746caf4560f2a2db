// UPDATE: its three fields, the attributes' boundaries, and the routes it announces and withdraws. RFC 4271
// §4.3, RFC 4760, errors as RFC 7606 says.
//
//   withdrawn length | withdrawn prefixes | attributes length | attributes | announced prefixes
//
// Reading goes in this order, so that what an error leads to never depends on where the bad attribute stands:
// fields, boundaries of all attributes, all prefixes, values of attributes, judgement (validation.hpp).
#pragma once

#include <array>
#include <bitset>
#include <expected>

#include "bgpd/wire/attribute_table.hpp"
#include "bgpd/wire/mp_reach.hpp"
#include "bgpd/wire/nlri.hpp"
#include "rib/messages.hpp"

namespace bgpd::wire {

/// One attribute between its boundaries; borrowed from the message.
struct RawAttribute {
  std::uint8_t flags = 0;
  std::uint8_t type = 0;
  Octets value;
  Octets whole;  // with its header
};

class DecodedUpdate;

/// Decodes and judges the body (after the header).
/// Errors: the NOTIFICATION to send before closing, when the session cannot go on.
std::expected<void, Notification> decode_update(Octets body, const DecodeContext& context,
                                                DecodedUpdate& update);

/// The result of decode_update, and the room it works in: keep one per session and hand it in each time, then
/// an UPDATE costs no allocation but what its attributes hold. Everything here is borrowed from it and from
/// the message until the next call.
class DecodedUpdate {
 public:
  /// What the routing engine takes, in this order; withdraws of a message come before its announcements.
  /// Never more than three: MP_UNREACH_NLRI, the classic fields, MP_REACH_NLRI. Empty ones are left out.
  std::span<const rib::Update> updates() const { return std::span(updates_).first(update_count_); }
  /// The family whose End-of-RIB the message is. RFC 4724 §2.
  std::optional<rib::Family> end_of_rib() const { return end_of_rib_; }

  /// The errors found, at most kKeptErrors of them; also filled when decode_update asks for a reset.
  std::span<const AttributeError> errors() const { return errors_; }
  std::size_t error_count() const { return error_count_; }
  /// The announced prefixes stand among the withdrawn, because of an error. RFC 7606 §2.
  bool treated_as_withdraw() const { return strongest_ == Treatment::TreatAsWithdraw; }

  static constexpr std::size_t kKeptErrors = 16;

 private:
  friend class UpdateReader;
  friend class UpdateJudge;
  friend std::expected<void, Notification> decode_update(Octets, const DecodeContext&, DecodedUpdate&);

  struct Routes {
    rib::Family family = rib::Family::Ipv4Unicast;
    std::vector<rib::Nlri> withdrawn, announced;
    void clear() {
      withdrawn.clear();
      announced.clear();
    }
  };

  void clear();
  void add_error(const AttributeError& error);
  void emit(const Routes& routes, const rib::PathAttributes* attributes);

  // Results.
  std::array<rib::Update, 3> updates_;
  std::size_t update_count_ = 0;
  std::optional<rib::Family> end_of_rib_;
  std::vector<AttributeError> errors_;
  std::size_t error_count_ = 0;
  std::optional<Treatment> strongest_;

  // What was read, before and after judgement.
  std::vector<RawAttribute> attributes_;  // the first of each type
  std::bitset<256> seen_;
  bool other_than_unreach_ = false;  // some attribute, whole or not, besides MP_UNREACH_NLRI
  std::optional<MpReach> reach_;     // whose next hop is usable
  bool has_reachable_ = false;       // some field announces prefixes, of whatever family
  bool has_classic_nlri_ = false;
  Routes classic_, reached_, unreached_;
  AttributeValues values_;                // next hop: NEXT_HOP
  rib::PathAttributes reach_attributes_;  // next hop: MP_REACH_NLRI; only when both announce
};

}  // namespace bgpd::wire
