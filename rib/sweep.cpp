#include "rib/sweep.hpp"

#include <algorithm>
#include <utility>

namespace rib {

void Sweep::request(const Reasons& reasons) {
  reasons_.everything |= reasons.everything;
  reasons_.resend |= reasons.resend;
  reasons_.own_subnets |= reasons.own_subnets;
  reasons_.next_hops |= reasons.next_hops;
  reasons_.import_profile |= reasons.import_profile;
  reasons_.reflection |= reasons.reflection;
  reasons_.doomed |= reasons.doomed;
  active_ = true;
  wrapped_ = false;
  start_ = position_;
}

bool Sweep::has_reason() const {
  const auto& leaving = peers_.leaving();
  return reasons_.everything || reasons_.own_subnets || reasons_.next_hops || reasons_.import_profile ||
         reasons_.reflection || reasons_.doomed ||
         std::any_of(leaving.begin(), leaving.end(), [&](auto index) { return peers_[index].has_paths(); });
}

/// Whether some destination of the chunk may need a visit.
bool Sweep::is_concerned(Family family, Table::Id chunk) const {
  if (!loc_rib_.table(family).has_chunk(chunk)) return false;
  if (reasons_.everything || reasons_.own_subnets || reasons_.next_hops) return true;
  const auto& leaving = peers_.leaving();
  if (std::any_of(leaving.begin(), leaving.end(),
                  [&](auto index) { return peers_[index].of(family).chunks.test(chunk); })) {
    return true;
  }
  if (reasons_.doomed) {
    for (std::uint32_t index = 0; index < peers_.end_index(); ++index) {
      const auto& mine = peers_[index].of(family);
      if (mine.generations.has_doomed() && mine.chunks.test(chunk)) return true;
    }
  }
  if (!reasons_.import_profile && !reasons_.reflection) return false;
  for (std::uint32_t index = 0; index < peers_.end_index(); ++index) {
    const auto& mine = peers_[index].of(family);
    if (is_concerned(peers_[index], family) && mine.chunks.test(chunk)) return true;
  }
  return false;
}

bool Sweep::is_concerned(const Peer& peer, Family family) const {
  return (reasons_.import_profile && peer.of(family).needs_recheck) ||
         (reasons_.reflection && peer.needs_resend);
}

void Sweep::visit(Family family, Table::Id id) {
  const auto& destination = loc_rib_.at(family, id);
  if (destination.empty()) return;
  if (reasons_.reflection) {
    const auto paths = destination.paths();
    const bool is_resent = std::any_of(paths.begin(), paths.end(), [&](const Path& path) {
      return !path.is_local() && peers_[path.peer].needs_resend;
    });
    if (is_resent) loc_rib_.touch(family, id, true);
  }
  const bool overlap_changed = reasons_.own_subnets && (destination.has(Destination::Conflict) ||
                                                        conflicts_.overlaps_own_subnet(destination.prefix));
  if (reasons_.everything || overlap_changed) {
    loc_rib_.touch(family, id, reasons_.resend);
    const auto before = destination.winner();
    if (!adj_rib_in_.revise(family, id, reasons_.everything)) loc_rib_.select(family, id, before);
  } else {
    adj_rib_in_.revise(family, id, false);
  }
}

void Sweep::run(std::size_t budget) {
  constexpr std::size_t kCostOfChunk = 16, kCheapVisits = 8;
  std::size_t spent = 0;
  while (active_ && spent < budget) {
    if (!has_reason()) {
      finish();
      return;
    }
    const auto family = kFamilies[position_.family];
    spent += kCostOfChunk;
    if (is_concerned(family, position_.chunk)) {
      const auto waiting = loc_rib_.pending(family);
      const auto begin = position_.chunk * Table::kChunkSize;
      for (Table::Id id = begin; id < begin + Table::kChunkSize; ++id) {
        // The last erased destination takes the chunk along.
        if (!loc_rib_.table(family).has_chunk(position_.chunk)) break;
        if (loc_rib_.table(family).is_live(id)) visit(family, id);
      }
      spent += Table::kChunkSize / kCheapVisits + loc_rib_.pending(family) - waiting;
    }
    advance();
  }
}

void Sweep::advance() {
  ++position_.chunk;
  while (position_.chunk * Table::kChunkSize >= loc_rib_.table(kFamilies[position_.family]).end_id()) {
    position_.chunk = 0;
    position_.family = (position_.family + 1) % kFamilyCount;
    if (position_.family != 0) continue;
    if (wrapped_) return finish();
    wrapped_ = true;
    break;
  }
  if (wrapped_ && position_ >= start_) finish();
}

void Sweep::finish() {
  if (reasons_.next_hops) next_hops_.clear_moved();
  if (reasons_.import_profile) {
    for (std::uint32_t index = 0; index < peers_.end_index(); ++index) {
      for (const auto family : kFamilies) {
        if (!std::exchange(peers_[index].of(family).needs_recheck, false)) continue;
        if (peers_[index].is_up()) adj_rib_in_.check_limit(index, family);
      }
    }
  }
  if (reasons_.reflection) {
    for (std::uint32_t index = 0; index < peers_.end_index(); ++index) peers_[index].needs_resend = false;
  }
  if (reasons_.doomed) {
    for (std::uint32_t index = 0; index < peers_.end_index(); ++index) {
      for (auto& family : peers_[index].families) family.generations.swept();
    }
  }
  reasons_ = {};
  active_ = false;
}

}  // namespace rib
