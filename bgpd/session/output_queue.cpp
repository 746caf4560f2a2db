#include "bgpd/session/output_queue.hpp"

#include <algorithm>
#include <boost/container/static_vector.hpp>

#include "bgpd/wire/header.hpp"

namespace bgpd::session {

bool OutputQueue::push(Octets message) {
  if (own_.size() + message.size() > kOwnLimit) return false;
  own_.insert(own_.end(), message.begin(), message.end());
  keepalive_waits_ = false;
  return true;
}

bool OutputQueue::push_keepalive() {
  if (keepalive_waits_ && own_sent_ + wire::kHeaderSize <= own_.size()) return false;
  if (!push(wire::kKeepaliveMessage)) return false;
  keepalive_waits_ = true;
  return true;
}

void OutputQueue::set_source(rib::Family family, OutputSource* source) {
  auto& place = sources_[rib::index_of(family)];
  if (place && place != source && place->unfinished() != 0) {
    // A part of its message has left, so own_ has not begun (see write): the rest goes before all of it.
    const auto rest = rest_of(*place);
    own_.insert(own_.begin(), rest.begin(), rest.end());
  }
  place = source;
}

OutputQueue::Written OutputQueue::write(Transport& transport, std::vector<Octets>& ranges) {
  ranges.clear();
  boost::container::static_vector<Part, 3 + rib::kFamilyCount> parts;
  std::size_t total = 0;
  const auto add = [&](OutputSource* source, std::size_t octets) {
    if (octets == 0) return;
    parts.push_back({source, octets});
    total += octets;
  };

  // A message of which a part has left goes on first, whoever it belongs to.
  auto* const unfinished = unfinished_source();
  if (unfinished) add(unfinished, unfinished->gather(ranges, unfinished->unfinished()));
  if (own_.size() > own_sent_) {
    ranges.push_back(Octets(own_).subspan(own_sent_));
    add(nullptr, own_.size() - own_sent_);
  }
  // A source can be gathered once a turn: what it hands out is valid until its next call.
  for (auto* const source : sources_)
    if (source && source != unfinished && total < kTurnLimit)
      add(source, source->gather(ranges, kTurnLimit - total));

  Written written;
  if (total == 0) return written;
  written.octets = transport.write(ranges);
  written.all = written.octets >= total;
  written.more = written.all && (total >= kTurnLimit || unfinished);

  auto left = written.octets;
  for (const auto& part : parts) {
    const auto octets = std::min(part.octets, left);
    left -= octets;
    if (octets == 0) break;
    if (part.source)
      written.updates += part.source->consume(octets);
    else
      consume_own(octets);
  }
  return written;
}

std::vector<std::uint8_t> OutputQueue::take_rest() {
  std::vector<std::uint8_t> rest;
  if (auto* const source = unfinished_source()) rest = rest_of(*source);
  rest.insert(rest.end(), own_.begin() + static_cast<std::ptrdiff_t>(own_sent_), own_.end());
  clear();
  return rest;
}

std::vector<std::uint8_t> OutputQueue::rest_of(OutputSource& source) {
  const auto wanted = source.unfinished();
  std::vector<Octets> ranges;
  source.gather(ranges, wanted);
  std::vector<std::uint8_t> rest;
  for (const auto range : ranges) {
    const auto part = range.first(std::min(range.size(), wanted - rest.size()));
    rest.insert(rest.end(), part.begin(), part.end());
  }
  return rest;
}

void OutputQueue::clear() {
  std::vector<std::uint8_t>().swap(own_);
  own_sent_ = 0;
  keepalive_waits_ = false;
  sources_.fill(nullptr);
}

OutputSource* OutputQueue::unfinished_source() const {
  for (auto* const source : sources_)
    if (source && source->unfinished() != 0) return source;
  return nullptr;
}

void OutputQueue::consume_own(std::size_t octets) {
  own_sent_ += octets;
  if (own_sent_ < own_.size()) return;
  std::vector<std::uint8_t>().swap(own_);
  own_sent_ = 0;
  keepalive_waits_ = false;
}

}  // namespace bgpd::session
