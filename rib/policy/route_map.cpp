#include <algorithm>
#include <optional>

#include "rib/hash.hpp"
#include "rib/policy/compiled.hpp"

namespace rib {
namespace {

constexpr unsigned kMaximumCalls = 10;        // one in the other, as FRR; deeper ones deny
constexpr unsigned kMaximumClauses = 100000;  // that one question may look at, whatever calls what

/// One question to a route map and those it calls.
class Question {
 public:
  Question(const PolicySubject& subject, const PathAttributes& attributes, PathAttributes& result)
      : subject_(subject), attributes_(attributes), result_(result) {}

  RouteMapAnswer ask(const CompiledRouteMap& map, unsigned depth) {
    RouteMapAnswer answer;
    if (depth > kMaximumCalls) return answer;
    const auto& clauses = map.clauses;
    for (std::size_t i = 0; i < clauses.size(); ++i) {
      const auto& compiled = clauses[i];
      const auto& clause = *compiled.clause;
      if (++looked_at_ > kMaximumClauses) return {};
      if (!holds(compiled)) {
        answer.permitted = false;  // going on after a match ends with what the last clause said
        continue;
      }
      answer = {.permitted = clause.permit, .sequence = compiled.sequence};
      if (!clause.permit) return answer;
      do_sets(compiled, {subject_, result_, next_hop_set_});
      if (clause.set.source && clause.set.source->afi() == subject_.prefix.afi()) source_ = clause.set.source;
      forget_texts(clause.set);
      if (compiled.call && !ask(*compiled.call, depth + 1).permitted) {
        answer.permitted = false;
        return answer;
      }
      if (!clause.on_match) return answer;
      while (i + 1 < clauses.size() && clauses[i + 1].sequence < *clause.on_match) ++i;
    }
    return answer;
  }
  bool next_hop_set() const { return next_hop_set_; }
  const std::optional<IpAddress>& source() const { return source_; }

 private:
  bool holds(const CompiledClause& compiled) {
    if (compiled.names_undefined_list || compiled.clause->never_matches) return false;
    const auto& match = compiled.clause->match;
    for (const auto family : kFamilies) {
      const auto index = index_of(family);
      if (!match.address[index].empty() &&
          !prefix_holds(match.address[index], compiled.address[index], family))
        return false;
      if (!match.next_hop[index].empty() &&
          !next_hop_holds(match.next_hop[index], compiled.next_hop[index], family))
        return false;
    }
    if (!match.route_source.empty() && !route_source_holds(compiled)) return false;
    if (compiled.as_path && !compiled.as_path->ask(as_path_text()).permitted) return false;
    if (compiled.community && !compiled.community->permits(attributes_.communities.span(), community_text(),
                                                           match.community->exact))
      return false;
    if (compiled.large_community &&
        !compiled.large_community->permits(attributes_.rare->large_communities.span(), large_community_text(),
                                           match.large_community->exact))
      return false;
    if (compiled.extended_community &&
        !compiled.extended_community->permits(attributes_.rare->extended_communities.span(),
                                              extended_community_text(), false))
      return false;
    if (match.interface && subject_.next_hop.interface != *match.interface) return false;
    if (match.local_preference && attributes_.local_pref.value_or(0) != *match.local_preference) return false;
    if (match.metric && attributes_.med.value_or(0) != *match.metric) return false;
    if (match.origin && attributes_.origin != *match.origin) return false;
    if (match.tag && attributes_.rare->tag != *match.tag) return false;
    if (match.peer && !peer_holds(*match.peer)) return false;
    if (match.probability && !is_chosen(compiled.sequence, *match.probability)) return false;
    return !match.source_protocol || source_protocol() == match.source_protocol;
  }

  /// A prefix list of no rules lets everything pass as a neighbor's filter, but here no rule fits: as in FRR.
  static bool lists_hold(const CompiledClause::Lists& lists, const Prefix& prefix) {
    if (lists.access && !lists.access->ask(prefix).permitted) return false;
    if (!lists.prefixes) return true;
    const auto answer = lists.prefixes->ask(prefix);
    return answer.permitted && answer.sequence != 0;
  }

  bool prefix_holds(const AddressMatch& match, const CompiledClause::Lists& lists, Family family) const {
    if (subject_.prefix.family() != family) return false;
    if (match.prefix_length && subject_.prefix.length() != *match.prefix_length) return false;
    return lists_hold(lists, subject_.prefix);
  }

  /// IPv6 has two next hops (RFC 2545 §3): one that fits is enough.
  bool next_hop_holds(const AddressMatch& match, const CompiledClause::Lists& lists, Family family) const {
    if (subject_.prefix.family() != family) return false;
    const auto fits = [&](const IpAddress& hop) {
      if (hop.family() != family) return false;
      return (!match.address || hop == *match.address) && lists_hold(lists, Prefix(hop, hop.bit_count()));
    };
    return fits(attributes_.next_hop) ||
           (attributes_.rare->link_local_next_hop && fits(*attributes_.rare->link_local_next_hop));
  }

  bool route_source_holds(const CompiledClause& compiled) const {
    if (!subject_.peer || subject_.peer->is_v6() || subject_.prefix.family() != Family::Ipv4Unicast)
      return false;
    return lists_hold(compiled.route_source, Prefix(*subject_.peer, subject_.peer->bit_count()));
  }

  bool peer_holds(const PeerMatch& match) const {
    if (!match.interface.empty()) return subject_.peer && subject_.peer_interface == match.interface;
    if (!match.address) return subject_.peer == nullptr;
    return subject_.peer && *subject_.peer == *match.address;
  }

  /// Always the same for a prefix, a peer and a clause, so that looking again changes nothing.
  bool is_chosen(Sequence sequence, std::uint8_t percent) const {
    auto hash = hash_mix(subject_.prefix.hash(), sequence);
    if (subject_.peer) hash = hash_mix(hash, subject_.peer->hash());
    return hash % 100 < percent;
  }

  std::optional<SourceProtocol> source_protocol() const {
    if (subject_.source_protocol) return subject_.source_protocol;
    return subject_.peer ? std::optional(SourceProtocol::Bgp) : std::nullopt;
  }

  // Texts are made once for each route, and again when a clause changed what they show.
  template <typename Make>
  static const std::string& text(std::optional<std::string>& kept, const Make& make) {
    if (!kept) kept = make();
    return *kept;
  }
  const std::string& as_path_text() {
    return text(as_path_text_, [&] { return attributes_.as_path.to_string(); });
  }
  const std::string& community_text() {
    return text(community_text_, [&] { return sorted_text(attributes_.communities.span()); });
  }
  const std::string& large_community_text() {
    return text(large_community_text_,
                [&] { return sorted_text(attributes_.rare->large_communities.span()); });
  }
  const std::string& extended_community_text() {
    return text(extended_community_text_,
                [&] { return sorted_text(attributes_.rare->extended_communities.span()); });
  }
  void forget_texts(const RouteMapClause::Set& set) {
    if (set == RouteMapClause::Set{}) return;
    as_path_text_.reset();
    community_text_.reset();
    large_community_text_.reset();
    extended_community_text_.reset();
  }

  const PolicySubject& subject_;
  const PathAttributes& attributes_;
  PathAttributes& result_;
  bool next_hop_set_ = false;
  std::optional<IpAddress> source_;
  unsigned looked_at_ = 0;
  std::optional<std::string> as_path_text_, community_text_, large_community_text_, extended_community_text_;
};

}  // namespace

RouteMapAnswer ask_route_map(const CompiledRouteMap& map, const PolicySubject& subject,
                             const PathAttributes& attributes, PathAttributes& result) {
  const auto before = map.may_go_on ? result : PathAttributes{};
  Question question(subject, attributes, result);
  auto answer = question.ask(map, 0);
  answer.next_hop_set = answer.permitted && question.next_hop_set();
  if (answer.permitted) answer.source = question.source();
  if (!answer.permitted && map.may_go_on) result = before;
  return answer;
}

}  // namespace rib
