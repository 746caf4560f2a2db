#include "rib/as_path.hpp"

#include <algorithm>
#include <charconv>

#include "rib/hash.hpp"

namespace rib {
namespace {

constexpr std::size_t kMaximumSegmentLength = 255;  // the count is one octet

AsNumber read_number(const std::uint8_t* octets) {
  return std::uint32_t{octets[0]} << 24 | std::uint32_t{octets[1]} << 16 | std::uint32_t{octets[2]} << 8 |
         octets[3];
}

void append_number(std::vector<std::uint8_t>& out, AsNumber as) {
  for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<std::uint8_t>(as >> shift));
}

void append_segment_header(std::vector<std::uint8_t>& out, AsPath::SegmentType type, std::size_t count) {
  out.push_back(static_cast<std::uint8_t>(type));
  out.push_back(static_cast<std::uint8_t>(count));
}

bool is_confederation(AsPath::SegmentType type) {
  return type == AsPath::SegmentType::ConfedSequence || type == AsPath::SegmentType::ConfedSet;
}

/// One segment of the stored octets, borrowed.
struct SegmentView {
  AsPath::SegmentType type;
  std::span<const std::uint8_t> numbers;  // 4 octets each

  std::size_t count() const { return numbers.size() / 4; }
  AsNumber number(std::size_t i) const { return read_number(numbers.data() + 4 * i); }
  unsigned hops() const {
    if (is_confederation(type)) return 0;
    return type == AsPath::SegmentType::Set ? 1 : static_cast<unsigned>(count());
  }
};

/// Takes the next segment off stored (hence well-formed) octets.
SegmentView take_segment(std::span<const std::uint8_t>& octets) {
  const SegmentView segment{static_cast<AsPath::SegmentType>(octets[0]),
                            octets.subspan(2, octets[1] * std::size_t{4})};
  octets = octets.subspan(2 + segment.numbers.size());
  return segment;
}

template <typename Visit>
void for_each_segment(std::span<const std::uint8_t> octets, Visit&& visit) {
  while (!octets.empty()) visit(take_segment(octets));
}

unsigned hops_of(const AsPath::Segment& segment) {
  if (is_confederation(segment.type)) return 0;
  return segment.type == AsPath::SegmentType::Set ? 1 : static_cast<unsigned>(segment.as_numbers.size());
}

}  // namespace

AsPath::AsPath(std::span<const Segment> segments) {
  std::vector<std::uint8_t> octets;
  for (const auto& segment : segments) {
    for (std::size_t i = 0; i < segment.as_numbers.size(); i += kMaximumSegmentLength) {
      const auto count = std::min(kMaximumSegmentLength, segment.as_numbers.size() - i);
      append_segment_header(octets, segment.type, count);
      for (std::size_t j = 0; j < count; ++j) append_number(octets, segment.as_numbers[i + j]);
    }
  }
  octets_ = CompactArray<std::uint8_t>(std::span<const std::uint8_t>(octets));
}

AsPath AsPath::sequence(std::initializer_list<AsNumber> as_numbers) {
  const Segment segment{SegmentType::Sequence, as_numbers};
  return AsPath(std::span(&segment, 1));
}

std::optional<AsPath> AsPath::decode(std::span<const std::uint8_t> octets, unsigned as_size) {
  std::vector<std::uint8_t> widened;
  for (auto rest = octets; !rest.empty();) {
    if (rest.size() < 2) return std::nullopt;
    const auto type = rest[0], count = rest[1];
    if (type < 1 || type > 4 || count == 0) return std::nullopt;
    const std::size_t length = std::size_t{count} * as_size;
    if (length > rest.size() - 2) return std::nullopt;
    if (as_size == 2) {
      append_segment_header(widened, static_cast<SegmentType>(type), count);
      for (std::size_t i = 0; i < length; i += 2) {
        append_number(widened, static_cast<AsNumber>(rest[2 + i]) << 8 | rest[3 + i]);
      }
    }
    rest = rest.subspan(2 + length);
  }
  if (as_size == 2) octets = widened;
  return AsPath(CompactArray<std::uint8_t>(octets));
}

std::vector<std::uint8_t> AsPath::octets_2() const {
  std::vector<std::uint8_t> out;
  out.reserve(octets().size());
  for_each_segment(octets(), [&](const SegmentView& segment) {
    append_segment_header(out, segment.type, segment.count());
    for (std::size_t i = 0; i < segment.count(); ++i) {
      const auto as = segment.number(i) > 0xffff ? kAsTrans : segment.number(i);
      out.push_back(static_cast<std::uint8_t>(as >> 8));
      out.push_back(static_cast<std::uint8_t>(as));
    }
  });
  return out;
}

bool AsPath::needs_four_octets() const {
  bool needs = false;
  for_each_segment(octets(), [&](const SegmentView& segment) {
    for (std::size_t i = 0; i < segment.count(); ++i) needs |= segment.number(i) > 0xffff;
  });
  return needs;
}

std::vector<AsPath::Segment> AsPath::segments() const {
  std::vector<Segment> result;
  for_each_segment(octets(), [&](const SegmentView& view) {
    auto& segment = result.emplace_back(Segment{view.type, {}});
    for (std::size_t i = 0; i < view.count(); ++i) segment.as_numbers.push_back(view.number(i));
  });
  return result;
}

void AsPath::for_each(const std::function<void(SegmentType, AsNumber)>& visit) const {
  for_each_segment(octets(), [&](const SegmentView& segment) {
    for (std::size_t i = 0; i < segment.count(); ++i) visit(segment.type, segment.number(i));
  });
}

unsigned AsPath::length() const {
  unsigned hops = 0;
  for_each_segment(octets(), [&](const SegmentView& segment) { hops += segment.hops(); });
  return hops;
}

unsigned AsPath::confederation_length() const {
  unsigned hops = 0;
  for_each_segment(octets(), [&](const SegmentView& segment) {
    if (segment.type == SegmentType::ConfedSet) ++hops;
    if (segment.type == SegmentType::ConfedSequence) hops += static_cast<unsigned>(segment.count());
  });
  return hops;
}

bool AsPath::has_sets() const {
  bool any = false;
  for_each_segment(octets(), [&](const SegmentView& segment) {
    any |= segment.type == SegmentType::Set || segment.type == SegmentType::ConfedSet;
  });
  return any;
}

bool AsPath::contains(AsNumber as) const { return count_of(as) > 0; }

unsigned AsPath::count_of(AsNumber as) const {
  unsigned count = 0;
  for_each_segment(octets(), [&](const SegmentView& segment) {
    for (std::size_t i = 0; i < segment.count(); ++i) count += segment.number(i) == as;
  });
  return count;
}

std::optional<AsNumber> AsPath::first() const {
  for (auto rest = octets(); !rest.empty();) {
    const auto segment = take_segment(rest);
    if (is_confederation(segment.type)) continue;  // RFC 5065 §5.3: the neighbor is outside the confederation
    if (segment.type == SegmentType::Sequence) return segment.number(0);
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<AsNumber> AsPath::origin() const {
  std::optional<AsNumber> origin;
  for_each_segment(octets(),
                   [&](const SegmentView& segment) { origin = segment.number(segment.count() - 1); });
  return origin;
}

AsPath AsPath::prepended(AsNumber as, unsigned times, SegmentType type) const {
  if (times == 0) return *this;
  const auto old = octets();
  const bool extends = !old.empty() && static_cast<SegmentType>(old[0]) == type &&
                       old[1] + std::size_t{times} <= kMaximumSegmentLength;
  std::vector<std::uint8_t> out;
  out.reserve(old.size() + 4 + times * std::size_t{4});
  if (extends) {
    append_segment_header(out, type, old[1] + times);
    for (unsigned i = 0; i < times; ++i) append_number(out, as);
    out.insert(out.end(), old.begin() + 2, old.end());
  } else {
    // RFC 4271 §5.1.2 (b): a new AS_SEQUENCE when the first segment is none, or would overflow.
    for (std::size_t left = times; left > 0;) {
      const auto count = std::min<std::size_t>(left, kMaximumSegmentLength);
      append_segment_header(out, type, count);
      for (std::size_t i = 0; i < count; ++i) append_number(out, as);
      left -= count;
    }
    out.insert(out.end(), old.begin(), old.end());
  }
  return AsPath(CompactArray<std::uint8_t>(std::span<const std::uint8_t>(out)));
}

AsPath AsPath::without_confederation() const {
  auto all = segments();
  const auto erased = std::erase_if(all, [](const Segment& segment) {
    return segment.type == SegmentType::ConfedSequence || segment.type == SegmentType::ConfedSet;
  });
  return erased == 0 ? *this : AsPath(all);
}

AsPath AsPath::transformed(const std::function<std::optional<AsNumber>(AsNumber)>& becomes) const {
  auto all = segments();
  for (auto& segment : all) {
    std::vector<AsNumber> kept;
    for (const auto as : segment.as_numbers)
      if (const auto now = becomes(as)) kept.push_back(*now);
    segment.as_numbers = std::move(kept);
  }
  std::erase_if(all, [](const Segment& segment) { return segment.as_numbers.empty(); });
  return AsPath(all);
}

AsPath AsPath::merged(const AsPath& as_path, const AsPath& as4_path) {
  auto tail = as4_path.segments();
  // RFC 6793 §6: confederation segments are not valid in AS4_PATH and are dropped, not the attribute.
  std::erase_if(tail, [](const Segment& segment) { return is_confederation(segment.type); });
  unsigned tail_hops = 0;
  for (const auto& segment : tail) tail_hops += hops_of(segment);
  const auto hops = as_path.length();
  if (tail_hops == 0 || hops < tail_hops) return as_path;

  std::vector<Segment> merged;
  auto wanted = hops - tail_hops;
  for (auto& segment : as_path.segments()) {
    // A confederation segment comes along when it leads or follows a segment that was taken whole.
    if (is_confederation(segment.type)) {
      merged.push_back(std::move(segment));
      continue;
    }
    if (wanted == 0) break;
    const auto segment_hops = hops_of(segment);
    if (segment_hops > wanted) {
      segment.as_numbers.resize(wanted);  // only an AS_SEQUENCE has more than one hop
      merged.push_back(std::move(segment));
      break;
    }
    wanted -= segment_hops;
    merged.push_back(std::move(segment));
  }
  for (auto& segment : tail) {
    if (!merged.empty() && merged.back().type == SegmentType::Sequence &&
        segment.type == SegmentType::Sequence &&
        merged.back().as_numbers.size() + segment.as_numbers.size() <= kMaximumSegmentLength) {
      merged.back().as_numbers.insert(merged.back().as_numbers.end(), segment.as_numbers.begin(),
                                      segment.as_numbers.end());
    } else {
      merged.push_back(std::move(segment));
    }
  }
  return AsPath(merged);
}

std::string AsPath::to_string() const {
  std::string text;
  append_to(text);
  return text;
}

void AsPath::append_to(std::string& text) const {
  bool is_first = true;
  const auto append = [&](AsNumber as) {
    char digits[10];
    text.append(digits, std::to_chars(std::begin(digits), std::end(digits), as).ptr);
  };
  for_each_segment(octets(), [&](const SegmentView& segment) {
    if (!is_first) text += ' ';
    is_first = false;
    const bool is_set = segment.type == SegmentType::Set || segment.type == SegmentType::ConfedSet;
    const char* brackets = segment.type == SegmentType::Set              ? "{}"
                           : segment.type == SegmentType::ConfedSequence ? "()"
                           : segment.type == SegmentType::ConfedSet      ? "[]"
                                                                         : nullptr;
    if (brackets) text += brackets[0];
    for (std::size_t i = 0; i < segment.count(); ++i) {
      if (i > 0) text += is_set ? ',' : ' ';
      append(segment.number(i));
    }
    if (brackets) text += brackets[1];
  });
}

std::uint64_t AsPath::hash() const { return hash_octets(1, octets()); }

}  // namespace rib
