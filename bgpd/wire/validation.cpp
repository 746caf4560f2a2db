#include "bgpd/wire/validation.hpp"

#include <algorithm>

namespace bgpd::wire {
namespace {

/// Data of "Missing Well-known Attribute": its type, RFC 4271 §6.3. Static, because errors borrow their
/// octets.
constexpr auto kTypeOctets = [] {
  std::array<std::uint8_t, 16> types{};
  for (std::size_t i = 0; i < types.size(); ++i) types[i] = static_cast<std::uint8_t>(i);
  return types;
}();

void move_to_withdrawn(std::vector<rib::Nlri>& announced, std::vector<rib::Nlri>& withdrawn) {
  withdrawn.insert(withdrawn.end(), announced.begin(), announced.end());
  announced.clear();
}

}  // namespace

void UpdateJudge::check() {
  merge_as4();
  check_mandatory();
  check_next_hop();
  check_first_as();
  check_prefixes(update_.classic_);
  check_prefixes(update_.reached_);
}

std::optional<Notification> UpdateJudge::verdict() {
  auto& strongest = update_.strongest_;
  // RFC 7606 §5.2: without announced prefixes nobody can be sure that the prefixes were found at all.
  if (strongest == Treatment::TreatAsWithdraw && update_.other_than_unreach_ && !update_.has_reachable_)
    strongest = Treatment::SessionReset;

  if (strongest == Treatment::SessionReset) {
    auto severest = std::ranges::max_element(update_.errors_, {}, &AttributeError::treatment);
    return severest->notification();
  }
  if (strongest == Treatment::TreatAsWithdraw) {
    move_to_withdrawn(update_.classic_.announced, update_.classic_.withdrawn);
    move_to_withdrawn(update_.reached_.announced, update_.reached_.withdrawn);
  }
  return std::nullopt;
}

/// RFC 6793 §4.2.3: AS4_AGGREGATOR counts beside an AGGREGATOR of AS_TRANS; another AGGREGATOR shows that a
/// speaker of two octets changed the route, then AS4_PATH is old too.
void UpdateJudge::merge_as4() {
  auto& values = update_.values_;
  const auto& aggregator = values.attributes.rare->aggregator;
  bool use_as4_path = values.as4_path.has_value();
  if (aggregator && values.as4_aggregator) {
    if (aggregator->as == rib::kAsTrans)
      values.attributes.rare.edit().aggregator = values.as4_aggregator;
    else
      use_as4_path = false;
  }
  if (use_as4_path)
    values.attributes.as_path = rib::AsPath::merged(values.attributes.as_path, *values.as4_path);
}

/// RFC 7606 §3 (d), RFC 4271 §5: per source of prefixes, because MP_REACH_NLRI brings its own next hop.
void UpdateJudge::check_mandatory() {
  if (!update_.has_reachable_) return;
  const auto require = [&](AttributeType type) {
    if (!has(type)) add(Treatment::TreatAsWithdraw, UpdateError::MissingWellKnownAttribute, type, "missing");
  };
  require(AttributeType::Origin);
  require(AttributeType::AsPath);
  if (update_.has_classic_nlri_) require(AttributeType::NextHop);
  // RFC 5065 §4: members of a confederation may pass it on to each other, and GoBGP does not.
  if (context_.peer_type == rib::PeerType::Internal) require(AttributeType::LocalPref);
}

/// RFC 4271 §6.3: "a valid IP host address". RFC 4760 §3: not looked at when only MP_REACH_NLRI announces.
void UpdateJudge::check_next_hop() {
  if (!update_.has_classic_nlri_ || !has(AttributeType::NextHop)) return;
  const auto octets = octets_of(AttributeType::NextHop);
  if (octets.size() < 4 || !update_.values_.attributes.next_hop.is_martian_host()) return;
  add(Treatment::TreatAsWithdraw, UpdateError::InvalidNextHop, AttributeType::NextHop, "no host address");
}

/// RFC 4271 §6.3: the leftmost AS is that of the peer; a malformed AS_PATH is treat-as-withdraw, RFC 7606
/// §7.2.
void UpdateJudge::check_first_as() {
  if (context_.is_internal() || !context_.enforce_first_as) return;
  if (!update_.has_reachable_ || !has(AttributeType::AsPath)) return;
  if (update_.values_.attributes.as_path.first() == context_.peer_as) return;
  add(Treatment::TreatAsWithdraw, UpdateError::MalformedAsPath, AttributeType::AsPath,
      "first AS is not the peer's");
}

/// RFC 4271 §6.3: a semantically incorrect prefix is ignored, the others count.
void UpdateJudge::check_prefixes(DecodedUpdate::Routes& routes) {
  if (std::erase_if(routes.announced,
                    [](const rib::Nlri& nlri) { return !is_unicast_prefix(nlri.prefix); }) == 0)
    return;
  update_.add_error({.treatment = Treatment::AttributeDiscard,
                     .subcode = UpdateError::InvalidNetworkField,
                     .type = 0,
                     .reason = "prefix is multicast or link-local",
                     .octets = {}});
}

void UpdateJudge::add(Treatment treatment, UpdateError subcode, AttributeType type, std::string_view reason) {
  auto octets = octets_of(type);
  if (octets.empty()) octets = Octets(kTypeOctets).subspan(static_cast<std::size_t>(type), 1);
  update_.add_error({treatment, subcode, static_cast<std::uint8_t>(type), reason, octets});
}

Octets UpdateJudge::octets_of(AttributeType type) const {
  const auto found =
      std::ranges::find(update_.attributes_, static_cast<std::uint8_t>(type), &RawAttribute::type);
  return found == update_.attributes_.end() ? Octets{} : found->whole;
}

}  // namespace bgpd::wire
