#include "rib/export_batch.hpp"

namespace rib {

template <typename IdOf>
void ExportBatch::load(const Table& table, std::size_t count, IdOf id_of) {
  buckets_.clear();
  index_.clear();
  bucket_of_.resize(count);
  Key last{nullptr, 0, false};
  std::uint32_t bucket = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& destination = table[id_of(i)];
    const Path* best = destination.has(Destination::NotInKernel) ? nullptr : destination.best();
    const bool suppressed = destination.has(Destination::Suppressed);
    const auto key =
        best ? Key{best->attributes.set(), best->peer, suppressed} : Key{nullptr, kLocalPeer, false};
    if (i == 0 || key != last) {  // neighbors in the log are often of one UPDATE
      const auto [entry, is_new] = index_.try_emplace(key, static_cast<std::uint32_t>(buckets_.size()));
      if (is_new) buckets_.push_back({key.attributes, key.source, 0, 0, key.suppressed});
      bucket = entry->second;
      last = key;
    }
    bucket_of_[i] = bucket;
    ++buckets_[bucket].end;
  }
  std::uint32_t begin = 0;
  for (auto& b : buckets_) {
    const auto size = b.end;
    b.begin = b.end = begin;
    begin += size;
  }
  ids_.resize(count);
  nlri_.resize(count);
  order_.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto position = buckets_[bucket_of_[i]].end++;
    order_[position] = i;
    ids_[position] = id_of(i);
    nlri_[position] = {table[id_of(i)].prefix, 0};
  }
}

void ExportBatch::load(const LocRib& loc_rib, Family family, std::span<const Change> changes) {
  load(loc_rib.table(family), changes.size(), [&](std::size_t i) { return changes[i].id; });
  changes_.resize(changes.size());
  for (std::size_t position = 0; position < changes.size(); ++position)
    changes_[position] = &changes[order_[position]];
}

void ExportBatch::load(const LocRib& loc_rib, Family family, std::span<const Table::Id> ids) {
  load(loc_rib.table(family), ids.size(), [&](std::size_t i) { return ids[i]; });
  changes_.clear();
}

}  // namespace rib
