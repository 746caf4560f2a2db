#include "rib/policy/automaton.hpp"

#include <algorithm>
#include <utility>

namespace rib {

/// Where reading stands between two characters: all that can be reached without one.
class Expression::Closure {
 public:
  Closure(const Expression& expression, bool at_begin, bool at_end)
      : expression_(expression), at_begin_(at_begin), at_end_(at_end), seen_(expression.states_.size()) {}

  void add(std::uint32_t state) {
    pending_.push_back(state);
    while (!pending_.empty()) {
      const auto number = pending_.back();
      pending_.pop_back();
      if (std::exchange(seen_[number], 1)) continue;
      const auto& s = expression_.states_[number];
      switch (s.kind) {
        case State::Kind::Accept:
          accepts = true;
          break;
        case State::Kind::Character:
          states.push_back(number);
          break;
        case State::Kind::Split:
          pending_.push_back(s.other);
          pending_.push_back(s.next);
          break;
        case State::Kind::Begin:
          if (at_begin_) pending_.push_back(s.next);
          break;
        case State::Kind::End:
          if (at_end_) pending_.push_back(s.next);
          break;
      }
    }
  }

  std::vector<std::uint32_t> states;
  bool accepts = false;

 private:
  const Expression& expression_;
  bool at_begin_, at_end_;
  std::vector<char> seen_;  // per state
  std::vector<std::uint32_t> pending_;
};

Expression::Automaton::Automaton(const Expression& expression) { sort_characters(expression); }

/// Characters begin in one class; each set parts the classes that are only partly in it.
void Expression::Automaton::sort_characters(const Expression& expression) {
  for (const auto& set : expression.characters_) {
    std::map<std::uint8_t, std::uint8_t> parted;  // class: that of its members in the set
    std::array<bool, 256> has_others{};
    for (std::size_t c = 0; c < 256; ++c)
      if (!set.test(c)) has_others[class_of_[c]] = true;
    for (std::size_t c = 0; c < 256; ++c) {
      const auto known = class_of_[c];
      if (!set.test(c) || !has_others[known]) continue;
      const auto [part, is_new] = parted.try_emplace(known, static_cast<std::uint8_t>(classes_));
      if (is_new) ++classes_;
      class_of_[c] = part->second;
    }
  }
}

std::uint32_t Expression::Automaton::number_of(Position position) {
  std::ranges::sort(position.states);
  auto key = position.states;
  key.push_back(static_cast<std::uint32_t>(position.accepts) << 1 | position.accepts_at_end);
  const auto [known, is_new] = numbers_.try_emplace(std::move(key), positions_.size());
  if (!is_new) return known->second;
  position.next.assign(classes_, kUnknown);
  octets_ += sizeof(Position) + 4 * (2 * position.states.size() + classes_) + 64;
  positions_.push_back(std::move(position));
  return known->second;
}

std::uint32_t Expression::Automaton::beginning(const Expression& expression) {
  if (!positions_.empty()) return 0;
  Closure middle(expression, true, false), end(expression, true, true);
  middle.add(0);
  end.add(0);
  return number_of(
      {.states = std::move(middle.states), .accepts = middle.accepts, .accepts_at_end = end.accepts});
}

std::uint32_t Expression::Automaton::step(const Expression& expression, std::uint32_t from,
                                          std::uint8_t character) {
  Closure middle(expression, false, false), end(expression, false, true);
  const auto lead_to = [&](std::uint32_t state) {
    middle.add(state);
    end.add(state);
  };
  lead_to(0);  // it may begin anywhere
  for (const auto number : positions_[from].states) {
    const auto& s = expression.states_[number];
    if (expression.characters_[s.characters].test(character)) lead_to(s.next);
  }
  Position position{
      .states = std::move(middle.states), .accepts = middle.accepts, .accepts_at_end = end.accepts};
  if (octets_ > kMaximumOctets) {
    positions_.clear();
    numbers_.clear();
    octets_ = 0;
    beginning(expression);
    return number_of(std::move(position));
  }
  const auto to = number_of(std::move(position));
  positions_[from].next[class_of_[character]] = to;
  return to;
}

bool Expression::Automaton::is_found_in(const Expression& expression, std::string_view text) {
  auto at = beginning(expression);
  for (const char c : text) {
    if (positions_[at].accepts) return true;
    const auto character = static_cast<std::uint8_t>(c);
    const auto next = positions_[at].next[class_of_[character]];
    at = next != kUnknown ? next : step(expression, at, character);
  }
  return positions_[at].accepts || positions_[at].accepts_at_end;
}

// --- the expression's side

Expression::Expression() = default;
Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::Expression(const Expression& other) : states_(other.states_), characters_(other.characters_) {}
Expression& Expression::operator=(const Expression& other) { return *this = Expression(other); }

bool Expression::is_found_in(std::string_view text) const {
  if (!automaton_) automaton_ = std::make_unique<Automaton>(*this);
  return automaton_->is_found_in(*this, text);
}

}  // namespace rib
