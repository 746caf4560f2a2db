#include "fib/own_route_table.hpp"

#include <algorithm>

namespace fib {

// --- one shelf

std::optional<OwnRouteTable::Id> OwnRouteTable::Shelf::find(const rib::Prefix& prefix) const {
  const auto place = index_.find(prefix.hash(), [&](Id candidate) {
    return length_of(candidate) == prefix.length() &&
           std::equal(octets_of(candidate), octets_of(candidate) + octets_, prefix.address().bytes().begin());
  });
  return place == rib::PrefixIndex::kNone ? std::nullopt : std::optional(place);
}

OwnRouteTable::Id OwnRouteTable::Shelf::take_place() {
  if (free_.empty()) {
    if (end_ % kChunkSize == 0) {
      chunks_.push_back(std::make_unique<Chunk>());
      chunks_.back()->octets = std::make_unique_for_overwrite<std::uint8_t[]>(kChunkSize * octets_);
    }
    return end_++;
  }
  const auto place = free_.back();
  free_.pop_back();
  return place;
}

OwnRouteTable::Id OwnRouteTable::Shelf::add(const rib::Prefix& prefix) {
  const auto place = take_place();
  if (index_.needs_rebuild(place)) rebuild_index();
  auto& route = at(place);
  route = {};
  route.length_code = prefix.length() & 0x7f;
  route.is_used = true;
  std::copy_n(prefix.address().bytes().begin(), octets_, octets_of(place));
  index_.insert(prefix.hash(), place);
  return place;
}

void OwnRouteTable::Shelf::erase(Id place) {
  index_.erase(prefix(place).hash(), place);
  at(place) = {};
  free_.push_back(place);
  if (index_.size() == 0) {
    // Memory returns when the last route goes.
    chunks_ = std::vector<std::unique_ptr<Chunk>>();
    free_ = std::vector<Id>();
    end_ = 0;
    index_ = {};
  } else if (index_.is_sparse()) {
    rebuild_index();
  }
}

void OwnRouteTable::Shelf::rebuild_index() {
  rib::PrefixIndex index(index_.size() + 1, end_);
  for (Id place = 0; place < end_; ++place)
    if (at(place).is_used) index.insert(prefix(place).hash(), place);
  index_ = std::move(index);
}

rib::Prefix OwnRouteTable::Shelf::prefix(Id place) const {
  rib::IpAddress::Bytes bytes{};
  std::copy_n(octets_of(place), octets_, bytes.begin());
  const auto address = afi_ == rib::Afi::Ipv6 ? rib::IpAddress::v6(bytes)
                                              : *rib::IpAddress::from_bytes(std::span(bytes).first(4));
  return {address, length_of(place)};
}

std::size_t OwnRouteTable::Shelf::memory_bytes() const {
  return chunks_.size() * (sizeof(Chunk) + kChunkSize * octets_) + chunks_.capacity() * sizeof(chunks_[0]) +
         free_.capacity() * sizeof(Id) + index_.memory_bytes();
}

// --- all of them

OwnRouteTable::Id OwnRouteTable::shelf_number(const rib::Prefix& prefix) {
  if (prefix.afi() == rib::Afi::Ipv4) return 0;
  return prefix.length() <= 64 ? 1 : 2;
}

std::optional<OwnRouteTable::Id> OwnRouteTable::find(const rib::Prefix& prefix) const {
  const auto number = shelf_number(prefix);
  const auto place = shelves_[number].find(prefix);
  return place ? std::optional(*place * kPlaces + number) : std::nullopt;
}

OwnRouteTable::Id OwnRouteTable::find_or_add(const rib::Prefix& prefix) {
  if (const auto known = find(prefix)) return *known;
  const auto number = shelf_number(prefix);
  return shelves_[number].add(prefix) * kPlaces + number;
}

std::size_t OwnRouteTable::size() const {
  std::size_t all = 0;
  for (const auto& shelf : shelves_) all += shelf.size();
  return all;
}

std::size_t OwnRouteTable::memory_bytes() const {
  std::size_t all = 0;
  for (const auto& shelf : shelves_) all += shelf.memory_bytes();
  return all;
}

}  // namespace fib
