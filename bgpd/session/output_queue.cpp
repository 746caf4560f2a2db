#include "bgpd/session/output_queue.hpp"

#include <algorithm>

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

void OutputQueue::set_source(OutputSource* source) {
  if (source != source_ && source_is_unfinished()) {
    // A part of its message has left, so own_ has not begun (see write): the rest goes before all of it.
    const auto rest = rest_of_source();
    own_.insert(own_.begin(), rest.begin(), rest.end());
  }
  source_ = source;
}

Gathered OutputQueue::gather(std::vector<Octets>& ranges) {
  // What the source hands out is valid until its next call, so it is asked once, either for the rest of a
  // message that must go on before anything else, or for what may follow our own messages.
  Gathered gathered{.own = own_.size() - own_sent_, .source_first = source_is_unfinished()};
  if (gathered.source_first) gathered.from_source = source_->gather(ranges, source_->unfinished());
  if (gathered.own != 0) ranges.push_back(Octets(own_).subspan(own_sent_));
  if (source_ && !gathered.source_first) gathered.from_source = source_->gather(ranges, kTurnLimit);
  return gathered;
}

OutputQueue::Written OutputQueue::consume(const Gathered& gathered, std::size_t octets) {
  Written written;
  if (gathered.total() == 0) return written;
  written.all = octets >= gathered.total();
  written.more = written.all && (gathered.source_first || gathered.from_source >= kTurnLimit);

  const auto own_left_now = gathered.source_first ? octets - std::min(octets, gathered.from_source)
                                                  : std::min(octets, gathered.own);
  const auto source_left_now = octets - own_left_now;
  if (source_left_now != 0) written.completed = source_->consume(source_left_now);
  if (own_left_now != 0) consume_own(own_left_now);
  return written;
}

std::vector<std::uint8_t> OutputQueue::take_rest() {
  std::vector<std::uint8_t> rest;
  if (source_is_unfinished()) rest = rest_of_source();
  rest.insert(rest.end(), own_.begin() + static_cast<std::ptrdiff_t>(own_sent_), own_.end());
  clear();
  return rest;
}

std::vector<std::uint8_t> OutputQueue::rest_of_source() {
  const auto wanted = source_->unfinished();
  std::vector<Octets> ranges;
  source_->gather(ranges, wanted);
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
  source_ = nullptr;
}

void OutputQueue::consume_own(std::size_t octets) {
  own_sent_ += octets;
  if (own_sent_ < own_.size()) return;
  std::vector<std::uint8_t>().swap(own_);
  own_sent_ = 0;
  keepalive_waits_ = false;
}

}  // namespace bgpd::session
