// Is what an UPDATE carries legal for this session, and if not, what follows? RFC 7606, with RFC 4271 §6.3,
// RFC 6793 §4.2.3.
#pragma once

#include "bgpd/wire/update.hpp"

namespace bgpd::wire {

/// Judges an UPDATE that UpdateReader has read. Used by decode_update only.
class UpdateJudge {
 public:
  UpdateJudge(const DecodeContext& context, DecodedUpdate& update) : context_(context), update_(update) {}

  /// Checks across attributes and between attributes and prefixes; adds errors.
  void check();
  /// What all errors together lead to; the NOTIFICATION when it is a reset.
  std::optional<Notification> verdict();

 private:
  void merge_as4();
  void check_mandatory();
  void check_next_hop();
  void check_first_as();
  void check_prefixes(DecodedUpdate::Routes& routes);
  void add(Treatment treatment, UpdateError subcode, AttributeType type, std::string_view reason);
  bool has(AttributeType type) const { return update_.seen_[static_cast<std::size_t>(type)]; }
  Octets octets_of(AttributeType type) const;

  const DecodeContext& context_;
  DecodedUpdate& update_;
};

}  // namespace bgpd::wire
