// Regular expressions over the text of AS paths and communities: POSIX extended ones (IEEE 1003.1 §9.4), and
// `_`, which stands for the beginning, the end, a blank or one of , { } ( ), as operators know it.
//
// An expression becomes a small automaton that reads the text once, whatever the expression is: the cost of a
// question is the length of the text times at most kMaximumStates, and there is no going back. What would
// need more (back-references, thousands of repetitions) is refused when it is typed. What was found out about
// one text is kept, within bounds, for the next (automaton.hpp); one thread asks.
#pragma once

#include <bitset>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rib {

class Expression {
 public:
  static constexpr std::size_t kMaximumLength = 1024;  // octets of the expression
  static constexpr std::size_t kMaximumStates = 1024;

  Expression();
  ~Expression();
  Expression(const Expression& other);
  Expression& operator=(const Expression& other);
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;

  /// Or why not, in words for the operator: "unmatched (".
  static std::expected<Expression, std::string> compile(std::string_view pattern);

  /// Whether some part of the text fits.
  bool is_found_in(std::string_view text) const;

 private:
  friend class ExpressionCompiler;
  using Characters = std::bitset<256>;

  /// One state. A character leads on to the next state; the rest is passed without reading.
  struct State {
    enum class Kind : std::uint8_t { Character, Split, Begin, End, Accept };
    Kind kind = Kind::Accept;
    std::uint32_t next = 0, other = 0;  // Split: either
    std::uint32_t characters = 0;       // index into characters_
  };

  class Automaton;
  class Closure;
  std::vector<State> states_;
  std::vector<Characters> characters_;
  mutable std::unique_ptr<Automaton> automaton_;  // of the first question
};

}  // namespace rib
