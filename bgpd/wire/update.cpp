#include "bgpd/wire/update.hpp"

#include <algorithm>

#include "bgpd/wire/validation.hpp"

namespace bgpd::wire {

/// Reads one message into a DecodedUpdate; each step is complete before the next begins.
class UpdateReader {
 public:
  UpdateReader(const DecodeContext& context, DecodedUpdate& update) : context_(context), update_(update) {}

  /// False when the two lengths exceed the message: nothing can be told apart then. RFC 7606 §3 (b).
  bool split(Octets body);
  void find_attributes();
  void read_classic_prefixes();
  void read_attributes();
  bool is_end_of_rib() const { return withdrawn_.empty() && list_.empty() && nlri_.empty(); }
  /// MP_UNREACH_NLRI without prefixes and nothing else. RFC 4724 §2.
  std::optional<rib::Family> multiprotocol_end_of_rib() const;
  void emit();

 private:
  void refuse(Treatment treatment, UpdateError subcode, std::uint8_t type, std::string_view reason,
              Octets octets) {
    update_.add_error({treatment, subcode, type, reason, octets});
  }
  void refuse(const RawAttribute& attribute, const Defect& defect) {
    refuse(defect.treatment, defect.subcode, attribute.type, defect.reason, attribute.whole);
  }
  void read_unknown(const RawAttribute& attribute);
  void read_known(const RawAttribute& attribute, const AttributeRow& row);
  Verdict read_reach(Octets value);
  Verdict read_unreach(Octets value);
  Verdict read_prefixes(AfiSafi family, Octets field, DecodedUpdate::Routes& routes,
                        std::vector<rib::Nlri>& prefixes);

  const DecodeContext& context_;
  DecodedUpdate& update_;
  Octets withdrawn_, list_, nlri_;
};

namespace {

bool carries_prefixes(std::uint8_t type) {
  return type == static_cast<std::uint8_t>(AttributeType::MpReachNlri) ||
         type == static_cast<std::uint8_t>(AttributeType::MpUnreachNlri);
}

std::string_view out_of_scope(const AttributeRow& row, const DecodeContext& context) {
  if (row.scope == Scope::InternalPeers && !context.is_internal()) return "from an external peer";
  if (row.scope == Scope::TwoOctetPeers && context.four_octet_as)
    return "from a peer of four-octet AS numbers";
  return {};
}

}  // namespace

void DecodedUpdate::clear() {
  update_count_ = 0;
  end_of_rib_.reset();
  errors_.clear();
  error_count_ = 0;
  strongest_.reset();
  attributes_.clear();
  seen_.reset();
  other_than_unreach_ = has_reachable_ = has_classic_nlri_ = false;
  reach_.reset();
  classic_.clear();
  reached_.clear();
  unreached_.clear();
  values_.clear();
}

/// Keeps the first errors and always the first of the strongest kind, which a NOTIFICATION is made of.
void DecodedUpdate::add_error(const AttributeError& error) {
  ++error_count_;
  const bool stronger = !strongest_ || error.treatment > *strongest_;
  if (stronger) strongest_ = error.treatment;
  if (errors_.size() < kKeptErrors)
    errors_.push_back(error);
  else if (stronger)
    errors_.back() = error;
}

void DecodedUpdate::emit(const Routes& routes, const rib::PathAttributes* attributes) {
  if (routes.withdrawn.empty() && routes.announced.empty()) return;
  updates_[update_count_++] = {.family = routes.family,
                               .withdrawn = routes.withdrawn,
                               .attributes = routes.announced.empty() ? nullptr : attributes,
                               .announced = routes.announced};
}

bool UpdateReader::split(Octets body) {
  ByteReader reader(body);
  withdrawn_ = reader.take(reader.u16());
  list_ = reader.take(reader.u16());
  nlri_ = reader.rest();
  return reader.ok();
}

/// RFC 7606 §4: a list that does not end with an attribute's end still tells where the announced prefixes
/// begin.
void UpdateReader::find_attributes() {
  for (Octets left = list_; !left.empty();) {
    ByteReader reader(left);
    RawAttribute attribute;
    attribute.flags = reader.u8();
    attribute.type = reader.u8();
    const std::size_t length = attribute.flags & kExtendedLength ? reader.u16() : reader.u8();
    if (!carries_prefixes(attribute.type)) update_.other_than_unreach_ = true;
    if (!reader.ok()) {
      update_.other_than_unreach_ = true;
      return refuse(Treatment::TreatAsWithdraw, UpdateError::MalformedAttributeList, 0,
                    "attribute header cut short", left);
    }
    attribute.value = reader.take(length);
    if (!reader.ok()) {
      // RFC 7606 §3 (j): prefixes that cannot be found cannot be withdrawn.
      const auto treatment =
          carries_prefixes(attribute.type) ? Treatment::SessionReset : Treatment::TreatAsWithdraw;
      return refuse(treatment, UpdateError::MalformedAttributeList, attribute.type, "length exceeds the list",
                    left);
    }
    attribute.whole = left.first(left.size() - reader.size());
    left = reader.rest();

    if (update_.seen_[attribute.type]) {  // RFC 7606 §3 (g)
      refuse(carries_prefixes(attribute.type) ? Treatment::SessionReset : Treatment::AttributeDiscard,
             UpdateError::MalformedAttributeList, attribute.type, "duplicate", attribute.whole);
      continue;
    }
    update_.seen_.set(attribute.type);
    update_.attributes_.push_back(attribute);
  }
}

/// RFC 7606 §3 (i), (j): a field that cannot be read resets.
void UpdateReader::read_classic_prefixes() {
  auto& routes = update_.classic_;
  routes.family = rib::Family::Ipv4Unicast;
  const bool add_path = context_.add_path[rib::index_of(routes.family)];
  if (!decode_nlri(withdrawn_, routes.family, add_path, routes.withdrawn))
    refuse(Treatment::SessionReset, UpdateError::InvalidNetworkField, 0, "withdrawn routes", withdrawn_);
  if (!decode_nlri(nlri_, routes.family, add_path, routes.announced))
    refuse(Treatment::SessionReset, UpdateError::InvalidNetworkField, 0, "NLRI", nlri_);
  update_.has_classic_nlri_ = !nlri_.empty();
  update_.has_reachable_ = update_.has_classic_nlri_;
  if (!context_.families.contains(routes.family) && !(withdrawn_.empty() && nlri_.empty())) {
    refuse(Treatment::AttributeDiscard, UpdateError::InvalidNetworkField, 0, "family not negotiated",
           nlri_.empty() ? withdrawn_ : nlri_);
    routes.clear();
  }
}

void UpdateReader::read_attributes() {
  for (const auto& attribute : update_.attributes_) {
    if (const auto* row = find_attribute(attribute.type))
      read_known(attribute, *row);
    else if (!(attribute.flags & kOptional))  // RFC 4271 §6.3, which RFC 7606 leaves as it is
      refuse(attribute,
             {Treatment::SessionReset, UpdateError::UnrecognizedWellKnownAttribute, "not recognized"});
    else if (attribute.flags & kTransitive)
      read_unknown(attribute);
  }
  if (!update_.values_.unknown_transitive.empty())
    update_.values_.attributes.rare.edit().unknown_transitive =
        rib::CompactArray<std::uint8_t>(Octets(update_.values_.unknown_transitive));
}

/// Passed on in ascending order of type, so all of them are appended when the first is met.
void UpdateReader::read_unknown(const RawAttribute& first) {
  auto& unknown = update_.values_.unknown_transitive;
  if (!unknown.empty()) return;
  constexpr std::uint8_t kBoth = kOptional | kTransitive;
  std::array<const RawAttribute*, 256> by_type{};
  for (const auto* attribute = &first; attribute != update_.attributes_.data() + update_.attributes_.size();
       ++attribute)
    if ((attribute->flags & kBoth) == kBoth && !find_attribute(attribute->type))
      by_type[attribute->type] = attribute;
  for (const auto* attribute : by_type)
    if (attribute) append_unknown(attribute->flags, attribute->type, attribute->value, unknown);
}

void UpdateReader::read_known(const RawAttribute& attribute, const AttributeRow& row) {
  if (const auto reason = out_of_scope(row, context_); !reason.empty())
    return refuse(attribute, {Treatment::AttributeDiscard, UpdateError::OptionalAttribute, reason});
  constexpr std::uint8_t kBoth = kOptional | kTransitive;
  if ((attribute.flags & kBoth) != row.flags) {
    // RFC 7606 §3 (c); §5.3: an MP attribute with other flags is incorrect as a whole.
    const auto treatment =
        carries_prefixes(attribute.type) ? Treatment::SessionReset : Treatment::TreatAsWithdraw;
    return refuse(attribute, {treatment, UpdateError::AttributeFlags, "flags"});
  }
  Verdict defect;
  if (row.decode)
    defect = row.decode(attribute.value, context_, update_.values_);
  else if (row.type == AttributeType::MpReachNlri)
    defect = read_reach(attribute.value);
  else
    defect = read_unreach(attribute.value);
  if (defect) refuse(attribute, *defect);
}

Verdict UpdateReader::read_reach(Octets value) {
  update_.other_than_unreach_ = true;
  MpReach reach;
  const auto defect = decode_mp_reach(value, context_, reach);
  if (!reach.nlri.empty()) update_.has_reachable_ = true;
  if (defect && defect->treatment != Treatment::TreatAsWithdraw) return defect;
  update_.reach_ = reach;
  if (auto unreadable = read_prefixes(reach.family, reach.nlri, update_.reached_, update_.reached_.announced))
    return unreadable;
  return defect;
}

Verdict UpdateReader::read_unreach(Octets value) {
  MpUnreach unreach;
  if (auto defect = decode_mp_unreach(value, context_, unreach)) return defect;
  return read_prefixes(unreach.family, unreach.nlri, update_.unreached_, update_.unreached_.withdrawn);
}

/// RFC 7606 §5.3; the family is one that was negotiated.
Verdict UpdateReader::read_prefixes(AfiSafi family, Octets field, DecodedUpdate::Routes& routes,
                                    std::vector<rib::Nlri>& prefixes) {
  routes.family = *family.family();
  if (decode_nlri(field, routes.family, context_.add_path[rib::index_of(routes.family)], prefixes))
    return std::nullopt;
  return Defect{Treatment::SessionReset, UpdateError::OptionalAttribute, "prefixes"};
}

std::optional<rib::Family> UpdateReader::multiprotocol_end_of_rib() const {
  if (update_.attributes_.size() != 1 || update_.error_count_ != 0) return std::nullopt;
  if (!withdrawn_.empty() || !nlri_.empty()) return std::nullopt;
  MpUnreach unreach;
  const auto& only = update_.attributes_.front();
  if (only.type != static_cast<std::uint8_t>(AttributeType::MpUnreachNlri)) return std::nullopt;
  if (decode_mp_unreach(only.value, context_, unreach) || !unreach.nlri.empty()) return std::nullopt;
  return unreach.family.family();
}

void UpdateReader::emit() {
  update_.emit(update_.unreached_, nullptr);
  const bool both = !update_.classic_.announced.empty() && !update_.reached_.announced.empty();
  auto& attributes = update_.values_.attributes;
  auto& reach_attributes = both ? update_.reach_attributes_ : attributes;
  if (both) reach_attributes = attributes;
  if (!update_.reached_.announced.empty()) {
    reach_attributes.next_hop = update_.reach_->next_hop;
    reach_attributes.rare.set(&rib::RareAttributes::link_local_next_hop, update_.reach_->link_local_next_hop);
  }
  update_.emit(update_.classic_, &attributes);
  update_.emit(update_.reached_, &reach_attributes);
}

std::expected<void, Notification> decode_update(Octets body, const DecodeContext& context,
                                                DecodedUpdate& update) {
  update.clear();
  UpdateReader reader(context, update);
  if (!reader.split(body)) {
    update.add_error({Treatment::SessionReset, UpdateError::MalformedAttributeList, 0, "lengths", body});
    return std::unexpected(update.errors_.front().notification());
  }
  if (reader.is_end_of_rib()) {
    if (context.families.contains(rib::Family::Ipv4Unicast)) update.end_of_rib_ = rib::Family::Ipv4Unicast;
    return {};
  }
  reader.find_attributes();
  reader.read_classic_prefixes();
  reader.read_attributes();

  UpdateJudge judge(context, update);
  judge.check();
  if (auto notification = judge.verdict()) return std::unexpected(std::move(*notification));
  update.end_of_rib_ = reader.multiprotocol_end_of_rib();
  reader.emit();
  return {};
}

}  // namespace bgpd::wire
