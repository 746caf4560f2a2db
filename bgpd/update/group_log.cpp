#include "bgpd/update/group_log.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "bgpd/wire/header.hpp"

namespace bgpd::update {
std::size_t message_length(Range messages) {
  const std::size_t length = messages[wire::kMarkerSize] * 256u + messages[wire::kMarkerSize + 1];
  assert(length >= wire::kHeaderSize && length <= messages.size());
  return length;
}

bool is_route_refresh(Range messages) {
  return messages[wire::kHeaderSize - 1] == std::to_underlying(wire::MessageType::RouteRefresh);
}

std::size_t count_messages(Range messages) {
  std::size_t count = 0;
  for (; !messages.empty(); ++count) messages = messages.subspan(message_length(messages));
  return count;
}

// --- the log
// -----------------------------------------------------------------------------------------------------

std::unique_ptr<GroupLog::Cursor> GroupLog::join(std::uint32_t peer) {
  std::unique_ptr<Cursor> cursor(new Cursor(*this, peer));
  cursors_.push_back(cursor.get());
  by_peer_.insert_or_assign(peer, cursor.get());
  return cursor;
}

void GroupLog::leave(Cursor& cursor) {
  std::erase(cursors_, &cursor);
  if (const auto found = by_peer_.find(cursor.peer_); found != by_peer_.end() && found->second == &cursor)
    by_peer_.erase(found);
  for (const auto& membership : cursor.cohorts_)
    if (const auto found = cohorts_.find(membership.cohort); found != cohorts_.end())
      std::erase(found->second, &cursor);
  if (!cursor.waiting_) --chunk(cursor.chunk_).readers;
  free_passed();
}

void GroupLog::append(Range messages, const rib::Audience& audience, Kind kind) {
  if (!has_reader(audience, kind)) return;
  while (!messages.empty()) {
    const auto first = message_length(messages);
    const auto& target = chunk_with_room(first);
    const auto room = target.capacity - target.used;
    std::size_t size = first, count = 1;
    while (size < messages.size()) {
      const auto next = message_length(messages.subspan(size));
      if (next > room - size) break;
      size += next;
      ++count;
    }
    append_part(messages.first(size), count, audience, kind);
    messages = messages.subspan(size);
  }
}

/// Into the last chunk, which has room. Members that waited and are meant begin to read at the new octets.
void GroupLog::append_part(Range messages, std::size_t count, const rib::Audience& audience, Kind kind) {
  auto& last = chunks_.back();
  std::ranges::copy(messages, last.octets.get() + last.used);
  if (last.segments.empty() || last.segments.back().audience != audience || last.segments.back().kind != kind)
    last.segments.push_back({static_cast<std::uint32_t>(last.used), 0, 0, kind, audience});
  auto& segment = last.segments.back();
  const std::size_t begin = segment.length;
  segment.length += static_cast<std::uint32_t>(messages.size());
  segment.messages += static_cast<std::uint32_t>(count);
  last.used += messages.size();
  end_ += messages.size();

  any_reader(audience, kind, [&](Cursor& cursor) {
    if (!cursor.waiting_) return false;
    cursor.waiting_ = false;
    cursor.chunk_ = first_chunk_ + chunks_.size() - 1;
    cursor.segment_ = last.segments.size() - 1;
    cursor.offset_ = cursor.boundary_ = begin;
    ++last.readers;
    return false;
  });
}

GroupLog::Chunk& GroupLog::chunk_with_room(std::size_t size) {
  if (chunks_.empty() || size > chunks_.back().capacity - chunks_.back().used) {
    Chunk fresh;
    fresh.capacity = std::max(chunk_size_, size);
    fresh.octets = std::make_unique_for_overwrite<std::uint8_t[]>(fresh.capacity);
    fresh.start = end_;
    chunks_.push_back(std::move(fresh));
    free_passed();
  }
  return chunks_.back();
}

void GroupLog::end_cohort(rib::CohortId cohort) {
  const auto found = cohorts_.find(cohort);
  if (found == cohorts_.end()) return;
  for (auto* cursor : found->second) {
    for (auto& membership : cursor->cohorts_)
      if (membership.cohort == cohort) membership.ended = true;
    if (cursor->waiting_)
      std::erase_if(cursor->cohorts_, [](const auto& membership) { return membership.ended; });
  }
  cohorts_.erase(found);
}

/// After its segment was read: on to the next one for this member, or to wait at the end.
void GroupLog::settle(Cursor& cursor) {
  cursor.offset_ = cursor.boundary_ = 0;
  ++cursor.segment_;
  find_segment(cursor);
}

/// The first one for this member, from its segment on.
void GroupLog::find_segment(Cursor& cursor) {
  const auto origin = cursor.chunk_;
  for (;;) {
    const auto& segments = chunk(cursor.chunk_).segments;
    const auto is_for_it = [&](const Segment& s) { return cursor.sees(s.audience, s.kind); };
    while (cursor.segment_ < segments.size() && !is_for_it(segments[cursor.segment_])) ++cursor.segment_;
    if (cursor.segment_ < segments.size()) break;
    if (cursor.chunk_ + 1 == first_chunk_ + chunks_.size()) {
      cursor.waiting_ = true;
      std::erase_if(cursor.cohorts_, [](const auto& membership) { return membership.ended; });
      break;
    }
    ++cursor.chunk_;
    cursor.segment_ = 0;
  }
  --chunk(origin).readers;
  if (!cursor.waiting_) ++chunk(cursor.chunk_).readers;
}

/// The last chunk stays to be filled; without readers it starts anew, so a group that keeps up needs one.
void GroupLog::free_passed() {
  while (chunks_.size() > 1 && chunks_.front().readers == 0) {
    chunks_.pop_front();
    ++first_chunk_;
  }
  if (chunks_.size() == 1 && chunks_.front().readers == 0) {
    auto& only = chunks_.front();
    only.used = 0;
    only.start = end_;
    only.segments.clear();
  }
}

std::size_t GroupLog::memory() const {
  std::size_t octets = 0;
  for (const auto& c : chunks_) octets += c.capacity + c.segments.capacity() * sizeof(Segment);
  return octets;
}

// --- a member's place
// --------------------------------------------------------------------------------------------

void GroupLog::Cursor::join_cohort(rib::CohortId cohort) {
  if (std::ranges::find(cohorts_, cohort, &Membership::cohort) != cohorts_.end()) return;
  cohorts_.push_back({cohort, false});
  log_.cohorts_[cohort].push_back(this);
}

bool GroupLog::Cursor::sees(const rib::Audience& audience, Kind kind) const {
  if (passes_over_ && kind >= Kind::Announce) return false;
  switch (audience.kind) {
    case rib::Audience::Kind::Group:
      return audience.except != peer_;
    case rib::Audience::Kind::Only:
      return audience.only == peer_;
    case rib::Audience::Kind::Cohort:
      return audience.except != peer_ &&
             std::ranges::find(cohorts_, audience.cohort, &Membership::cohort) != cohorts_.end();
  }
  return false;
}

bool GroupLog::Cursor::has_unread(Kind kind) const {
  if (waiting_) return false;
  std::size_t first = segment_;
  for (auto number = chunk_; number < log_.first_chunk_ + log_.chunks_.size(); ++number, first = 0)
    for (const auto& segment : std::span(log_.chunk(number).segments).subspan(first))
      if (segment.kind == kind && sees(segment.audience, kind)) return true;
  return false;
}

void GroupLog::Cursor::pass_over_announcements(bool on) {
  assert(offset_ == boundary_);
  passes_over_ = on;
  if (waiting_ ||
      sees(log_.chunk(chunk_).segments[segment_].audience, log_.chunk(chunk_).segments[segment_].kind))
    return;
  log_.settle(*this);
  log_.free_passed();
}

std::size_t GroupLog::Cursor::lag() const {
  if (waiting_) return 0;
  const auto& here = log_.chunk(chunk_);
  return log_.end_ - (here.start + here.segments[segment_].offset + offset_);
}

std::size_t GroupLog::Cursor::unread_messages() const {
  if (waiting_) return 0;
  std::size_t messages = 0, first = segment_;
  for (auto number = chunk_; number < log_.first_chunk_ + log_.chunks_.size(); ++number, first = 0)
    for (const auto& segment : std::span(log_.chunk(number).segments).subspan(first))
      if (sees(segment.audience, segment.kind)) messages += segment.messages;
  const auto& here = log_.chunk(chunk_);
  return messages - count_messages(here.octets_of(here.segments[segment_]).first(boundary_));
}

std::size_t GroupLog::Cursor::fill(std::span<Range> ranges, std::size_t maximum) const {
  if (waiting_) return 0;
  std::size_t count = 0, octets = 0, skip = offset_, first = segment_;
  for (auto number = chunk_; number < log_.first_chunk_ + log_.chunks_.size(); ++number, first = 0) {
    const auto& here = log_.chunk(number);
    for (const auto& segment : std::span(here.segments).subspan(first)) {
      if (octets >= maximum) return count;
      if (!sees(segment.audience, segment.kind)) continue;
      const auto part = here.octets_of(segment).subspan(skip);
      skip = 0;
      const bool adjoins = count > 0 && ranges[count - 1].data() + ranges[count - 1].size() == part.data();
      if (!adjoins && count == ranges.size()) return count;
      if (adjoins)
        ranges[count - 1] = Range(ranges[count - 1].data(), ranges[count - 1].size() + part.size());
      else
        ranges[count++] = part;
      octets += part.size();
    }
  }
  return count;
}

Completed GroupLog::Cursor::consume(std::size_t octets) {
  Completed completed;
  while (octets > 0 && !waiting_) {
    const auto& here = log_.chunk(chunk_);
    const auto& segment = here.segments[segment_];
    const bool is_mark = segment.kind == Kind::RefreshBegin || segment.kind == Kind::RefreshEnd;
    auto& count = is_mark ? completed.route_refreshes : completed.updates;
    const auto step = std::min(octets, segment.length - offset_);
    offset_ += step;
    octets -= step;
    if (boundary_ == 0 && offset_ == segment.length) {
      count += segment.messages;
    } else {
      const auto messages = here.octets_of(segment);
      for (; boundary_ < offset_; ++count) {
        const auto length = message_length(messages.subspan(boundary_));
        if (length > offset_ - boundary_) break;
        boundary_ += length;
      }
    }
    if (offset_ == segment.length) log_.settle(*this);
  }
  log_.free_passed();
  return completed;
}

Range GroupLog::Cursor::rest_of_message() const {
  if (waiting_ || offset_ == boundary_) return {};
  const auto& here = log_.chunk(chunk_);
  const auto messages = here.octets_of(here.segments[segment_]).subspan(boundary_);
  return messages.first(message_length(messages)).subspan(offset_ - boundary_);
}

}  // namespace bgpd::update
