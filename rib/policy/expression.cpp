#include "rib/policy/expression.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>
#include <utility>

namespace rib {
namespace {

constexpr unsigned kMaximumRepetitions = 255;  // POSIX RE_DUP_MAX
constexpr std::size_t kMaximumParts = 100000;
constexpr unsigned kMaximumNesting = 50;  // of parentheses
constexpr std::string_view kDelimiters = " ,{}()";

struct Class {
  std::string_view name;
  int (*is_member)(int);
};
const Class kClasses[] = {
    {"digit", [](int c) { return std::isdigit(c); }}, {"alpha", [](int c) { return std::isalpha(c); }},
    {"alnum", [](int c) { return std::isalnum(c); }}, {"xdigit", [](int c) { return std::isxdigit(c); }},
    {"upper", [](int c) { return std::isupper(c); }}, {"lower", [](int c) { return std::islower(c); }},
    {"space", [](int c) { return std::isspace(c); }}, {"blank", [](int c) { return std::isblank(c); }},
    {"punct", [](int c) { return std::ispunct(c); }}};

}  // namespace

/// From text to a tree, from the tree to states. What is wrong is remembered, and nothing is left to read.
class ExpressionCompiler {
 public:
  explicit ExpressionCompiler(std::string_view pattern) : rest_(pattern) {}

  std::expected<Expression, std::string> run() {
    const auto root = alternatives(0);
    if (!rest_.empty()) fail("unmatched )");
    emit(root);
    add({.kind = Kind::Accept});
    if (!error_.empty()) return std::unexpected(std::move(error_));
    return std::move(result_);
  }

 private:
  using State = Expression::State;
  using Kind = State::Kind;
  using Characters = Expression::Characters;

  struct Node {
    enum class Kind : std::uint8_t { Empty, Character, Begin, End, Concatenation, Choice, Repeat };
    Kind kind = Kind::Empty;
    std::size_t left = 0, right = 0;  // Repeat: left
    std::uint32_t characters = 0;
    unsigned least = 0;
    std::optional<unsigned> most = {};  // Repeat: absent: any number
  };

  /// The first error stays.
  std::size_t fail(std::string why) {
    if (error_.empty()) error_ = std::move(why);
    rest_ = {};
    return 0;
  }

  // --- the tree

  std::size_t node(Node made) {
    nodes_.push_back(made);
    return nodes_.size() - 1;
  }
  std::size_t characters(const Characters& set) {
    result_.characters_.push_back(set);
    return node({.kind = Node::Kind::Character,
                 .characters = static_cast<std::uint32_t>(result_.characters_.size() - 1)});
  }
  std::size_t character(char c) {
    Characters set;
    set.set(static_cast<unsigned char>(c));
    return characters(set);
  }
  std::size_t join(Node::Kind kind, std::size_t left, std::size_t right) {
    return node({.kind = kind, .left = left, .right = right});
  }

  char take() {
    if (rest_.empty()) return 0;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  bool take_if(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::size_t alternatives(unsigned depth) {
    if (depth > kMaximumNesting) return fail("parentheses are nested too deeply");
    auto left = sequence(depth);
    while (take_if('|')) left = join(Node::Kind::Choice, left, sequence(depth));
    return left;
  }

  std::size_t sequence(unsigned depth) {
    auto whole = node({});
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')')
      whole = join(Node::Kind::Concatenation, whole, repeated(depth));
    return whole;
  }

  std::size_t repeated(unsigned depth) {
    auto piece = atom(depth);
    for (unsigned count = 0; !rest_.empty(); ++count) {
      Node repeat{.kind = Node::Kind::Repeat, .left = piece};
      const char c = rest_.front();
      if (c == '{' && !(rest_.size() > 1 && std::isdigit(static_cast<unsigned char>(rest_[1])))) break;
      if (c != '*' && c != '+' && c != '?' && c != '{') break;
      if (count > kMaximumNesting) return fail("too many repetitions in a row");
      take();
      if (c == '+') repeat.least = 1;
      if (c == '?') repeat.most = 1;
      if (c == '{') bounds(repeat);
      piece = node(repeat);
    }
    return piece;
  }

  unsigned number() {
    unsigned value = 0;
    while (!rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_.front()))) {
      value = value * 10 + static_cast<unsigned>(take() - '0');
      if (value > kMaximumRepetitions) fail("at most 255 repetitions");
    }
    return value;
  }
  void bounds(Node& repeat) {
    repeat.least = number();
    repeat.most = repeat.least;
    if (take_if(',')) {
      repeat.most.reset();
      if (!rest_.empty() && rest_.front() != '}') repeat.most = number();
    }
    if (!take_if('}')) fail("unmatched {");
    if (repeat.most && *repeat.most < repeat.least) fail("{} has its bounds in the wrong order");
  }

  std::size_t atom(unsigned depth) {
    const char c = take();
    switch (c) {
      case '(': {
        const auto inner = alternatives(depth + 1);
        if (!take_if(')')) return fail("unmatched (");
        return inner;
      }
      case '[':
        return bracket();
      case '.':
        return characters(Characters().set());
      case '^':
        return node({.kind = Node::Kind::Begin});
      case '$':
        return node({.kind = Node::Kind::End});
      case '_':
        return join(
            Node::Kind::Choice,
            join(Node::Kind::Choice, node({.kind = Node::Kind::Begin}), node({.kind = Node::Kind::End})),
            characters(delimiters()));
      case '*':
      case '+':
      case '?':
        return fail(std::string("nothing before ") + c + " that could be repeated");
      case '\\': {
        if (rest_.empty()) return fail("trailing backslash");
        const char escaped = take();
        if (escaped >= '1' && escaped <= '9') return fail("back-references are not supported");
        return character(escaped);
      }
      default:
        return character(c);
    }
  }

  static Characters delimiters() {
    Characters set;
    for (const char c : kDelimiters) set.set(static_cast<unsigned char>(c));
    return set;
  }

  /// What stands between [ and ].
  std::size_t bracket() {
    Characters set;
    const bool is_negated = take_if('^');
    for (bool is_first = true;; is_first = false) {
      if (rest_.empty()) return fail("unmatched [");
      if (!is_first && take_if(']')) break;
      if (rest_.starts_with("[:")) {
        add_class(set);
        continue;
      }
      if (rest_.starts_with("[.") || rest_.starts_with("[="))
        return fail("collating elements are not supported");
      const auto low = static_cast<unsigned char>(take());
      if (low == '_') {
        set |= delimiters();
        continue;
      }
      auto high = low;
      if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
        take();
        high = static_cast<unsigned char>(take());
      }
      if (high < low) return fail("a range in [] is the wrong way round");
      for (unsigned c = low; c <= high; ++c) set.set(c);
    }
    return characters(is_negated ? ~set : set);
  }

  void add_class(Characters& set) {
    const auto end = rest_.find(":]");
    if (end == std::string_view::npos) {
      fail("unmatched [:");
      return;
    }
    const auto name = rest_.substr(2, end - 2);
    rest_.remove_prefix(end + 2);
    const auto named = std::ranges::find(kClasses, name, &Class::name);
    if (named == std::end(kClasses)) {
      fail("no class of characters is called " + std::string(name));
      return;
    }
    for (int c = 0; c < 128; ++c)
      if (named->is_member(c)) set.set(static_cast<std::size_t>(c));
  }

  // --- the states; each part leads on to what is emitted behind it

  std::uint32_t here() const { return static_cast<std::uint32_t>(result_.states_.size()); }
  std::uint32_t add(State state) {
    if (result_.states_.size() >= Expression::kMaximumStates) {
      fail("the expression is too large");
      return 0;
    }
    if (state.next == 0) state.next = here() + 1;
    result_.states_.push_back(state);
    return here() - 1;
  }
  std::uint32_t add_split() { return add({.kind = Kind::Split}); }
  void set_other(std::uint32_t split) { result_.states_[split].other = here(); }

  void emit(std::size_t at) {
    if (!error_.empty()) return;
    if (++emitted_ > kMaximumParts) {  // repetitions of nothing make no states
      fail("the expression is too large");
      return;
    }
    const auto n = nodes_[at];
    switch (n.kind) {
      case Node::Kind::Empty:
        return;
      case Node::Kind::Character:
        add({.kind = Kind::Character, .characters = n.characters});
        return;
      case Node::Kind::Begin:
        add({.kind = Kind::Begin});
        return;
      case Node::Kind::End:
        add({.kind = Kind::End});
        return;
      case Node::Kind::Concatenation:
        emit(n.left);
        emit(n.right);
        return;
      case Node::Kind::Choice: {
        const auto split = add_split();
        emit(n.left);
        const auto jump = add_split();  // both ways lead behind the choice
        set_other(split);
        emit(n.right);
        result_.states_[jump].next = result_.states_[jump].other = here();
        return;
      }
      case Node::Kind::Repeat:
        emit_repeat(n);
        return;
    }
  }

  void emit_repeat(const Node& n) {
    for (unsigned i = 0; i < n.least; ++i) emit(n.left);
    if (!n.most) {
      const auto split = add_split();
      emit(n.left);
      const auto back = add_split();
      result_.states_[back].next = result_.states_[back].other = split;
      set_other(split);
      return;
    }
    std::vector<std::uint32_t> splits;
    for (unsigned i = n.least; i < *n.most; ++i) {
      splits.push_back(add_split());
      emit(n.left);
    }
    for (const auto split : splits) set_other(split);
  }

  std::string_view rest_;
  std::string error_;
  std::vector<Node> nodes_;
  std::size_t emitted_ = 0;
  Expression result_;
};

std::expected<Expression, std::string> Expression::compile(std::string_view pattern) {
  if (pattern.size() > kMaximumLength)
    return std::unexpected("an expression has at most " + std::to_string(kMaximumLength) + " characters");
  return ExpressionCompiler(pattern).run();
}

}  // namespace rib
