// An expression's states as one that is in several of them at once: a question costs one look-up for each
// character of the text. Built while it is used, for the texts that come, and forgotten when it has grown to
// kMaximumOctets; a step that is not known yet costs what it costs the expression itself, so time stays
// linear.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "rib/policy/expression.hpp"

namespace rib {

class Expression::Automaton {
 public:
  static constexpr std::size_t kMaximumOctets = 64u << 10;  // about; one position may be more

  explicit Automaton(const Expression& expression);

  /// The same expression every time.
  bool is_found_in(const Expression& expression, std::string_view text);

  std::size_t octets() const { return octets_; }

 private:
  using States = std::vector<std::uint32_t>;
  static constexpr std::uint32_t kUnknown = UINT32_MAX;

  /// What the text so far may have led to.
  struct Position {
    States states = {};                    // that read a character, ascending
    bool accepts = false;                  // some part of the text fits
    bool accepts_at_end = false;           // ... when it ends here
    std::vector<std::uint32_t> next = {};  // by class of the next character
  };

  void sort_characters(const Expression& expression);
  std::uint32_t beginning(const Expression& expression);
  std::uint32_t step(const Expression& expression, std::uint32_t from, std::uint8_t character);
  std::uint32_t number_of(Position position);

  std::array<std::uint8_t, 256> class_of_{};  // characters that no state tells apart have one
  std::size_t classes_ = 1;
  std::vector<Position> positions_;          // [0]: the beginning; empty: forgotten
  std::map<States, std::uint32_t> numbers_;  // by states and both flags
  std::size_t octets_ = 0;
};

}  // namespace rib
