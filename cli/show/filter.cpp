#include "cli/show/filter.hpp"

#include <regex.h>

#include <algorithm>

#include "cli/command/words.hpp"

namespace cli::show {
namespace {

/// A compiled pattern. regcomp rather than std::regex, which recurses per character of the line.
class Pattern {
 public:
  static std::expected<std::shared_ptr<Pattern>, std::string> compile(const std::string& text) {
    auto pattern = std::make_shared<Pattern>();
    const int error = ::regcomp(&pattern->regex_, text.c_str(), REG_EXTENDED | REG_NOSUB);
    pattern->is_compiled_ = error == 0;
    if (error == 0) return pattern;
    char why[128];
    ::regerror(error, &pattern->regex_, why, sizeof why);
    return std::unexpected("% Regex compilation error: " + std::string(why) + "\n% Bad regexp '" + text +
                           "'");
  }
  Pattern() = default;
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern() {
    if (is_compiled_) ::regfree(&regex_);
  }
  bool matches(std::string_view line) const {
    return ::regexec(&regex_, std::string(line).c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t regex_{};
  bool is_compiled_ = false;
};

using Next = std::function<void(std::string_view)>;

class Include : public LineFilter {
 public:
  Include(std::shared_ptr<Pattern> pattern, bool wanted, Next next)
      : pattern_(std::move(pattern)), wanted_(wanted), next_(std::move(next)) {}
  void line(std::string_view text) override {
    if (pattern_->matches(text) == wanted_) next_(text);
  }

 private:
  std::shared_ptr<Pattern> pattern_;
  bool wanted_;
  Next next_;
};

class Begin : public LineFilter {
 public:
  Begin(std::shared_ptr<Pattern> pattern, Next next) : pattern_(std::move(pattern)), next_(std::move(next)) {}
  void line(std::string_view text) override {
    begun_ = begun_ || pattern_->matches(text);
    if (begun_) next_(text);
  }

 private:
  std::shared_ptr<Pattern> pattern_;
  Next next_;
  bool begun_ = false;
};

/// A matching line and what stands below it, further right.
class Section : public LineFilter {
 public:
  Section(std::shared_ptr<Pattern> pattern, Next next)
      : pattern_(std::move(pattern)), next_(std::move(next)) {}
  void line(std::string_view text) override {
    const auto indent = std::min(text.find_first_not_of(' '), text.size());
    if (inside_ && indent <= indent_) inside_ = false;
    if (!inside_ && pattern_->matches(text)) {
      inside_ = true;
      indent_ = indent;
      next_(text);
    } else if (inside_) {
      next_(text);
    }
  }

 private:
  std::shared_ptr<Pattern> pattern_;
  Next next_;
  bool inside_ = false;
  std::size_t indent_ = 0;
};

class Count : public LineFilter {
 public:
  Count(std::shared_ptr<Pattern> pattern, Next next) : pattern_(std::move(pattern)), next_(std::move(next)) {}
  void line(std::string_view text) override {
    if (!pattern_ || pattern_->matches(text)) ++count_;
  }
  void finish() override { next_(std::to_string(count_)); }

 private:
  std::shared_ptr<Pattern> pattern_;  // null: every line
  Next next_;
  std::size_t count_ = 0;
};

struct Action {
  std::string_view name;
  bool needs_pattern;
};
constexpr Action kActions[] = {{"include", true}, {"exclude", true}, {"begin", true},    {"section", true},
                               {"count", false},  {"grep", true},    {"no-more", false}, {"json", false}};

/// By unique prefix, as commands are.
const Action* find_action(std::string_view word) {
  const Action* found = nullptr;
  for (const auto& action : kActions) {
    if (action.name == word) return &action;
    if (word.empty() || !action.name.starts_with(word)) continue;
    if (found) return nullptr;
    found = &action;
  }
  return found;
}

std::expected<std::unique_ptr<LineFilter>, std::string> make_filter(const std::string& text, Next next) {
  const auto words = split_words(text);
  const auto* action = words.empty() ? nullptr : find_action(words.front().text);
  if (!action)
    return std::unexpected("% Unknown action '" + std::string(words.empty() ? "" : words.front().text) + "'");
  if (action->needs_pattern && words.size() < 2) return std::unexpected("% Need a regexp to filter with");
  std::shared_ptr<Pattern> pattern;
  if (words.size() >= 2 && (action->needs_pattern || action->name == "count")) {
    auto compiled =
        Pattern::compile(std::string(right_trimmed(std::string_view(text).substr(words[1].column))));
    if (!compiled) return std::unexpected(compiled.error());
    pattern = *compiled;
  }
  if (action->name == "include" || action->name == "grep")
    return std::make_unique<Include>(std::move(pattern), true, std::move(next));
  if (action->name == "exclude") return std::make_unique<Include>(std::move(pattern), false, std::move(next));
  if (action->name == "begin") return std::make_unique<Begin>(std::move(pattern), std::move(next));
  if (action->name == "section") return std::make_unique<Section>(std::move(pattern), std::move(next));
  if (action->name == "count") return std::make_unique<Count>(std::move(pattern), std::move(next));
  return nullptr;  // no-more: nothing to do
}

}  // namespace

std::vector<std::string> filter_names() {
  std::vector<std::string> names;
  for (const auto& action : kActions) names.emplace_back(action.name);
  std::ranges::sort(names);
  return names;
}

Pipeline split_pipeline(std::string_view line) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '|' && i > 0 && line[i - 1] == ' ')
      parts.emplace_back();
    else
      parts.back() += line[i];
  }
  Pipeline pipeline{std::string(parts.size() > 1 ? right_trimmed(parts.front()) : parts.front()), {}};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    auto action = std::string(trimmed(parts[i]));
    if (const auto* known = find_action(action); known && known->name == "json") {
      if (!pipeline.command.ends_with(" json")) pipeline.command += " json";
    } else {
      pipeline.actions.push_back(std::move(action));
    }
  }
  return pipeline;
}

std::expected<FilteredOutput, std::string> FilteredOutput::make(const std::vector<std::string>& actions,
                                                                Sink out) {
  FilteredOutput output;
  output.out_ = std::move(out);
  Next next = [sink = output.out_](std::string_view line) { sink(std::string(line) + "\n"); };
  for (auto action = actions.rbegin(); action != actions.rend(); ++action) {
    auto filter = make_filter(*action, next);
    if (!filter) return std::unexpected(filter.error());
    if (!*filter) continue;
    next = [raw = filter->get()](std::string_view line) { raw->line(line); };
    output.filters_.insert(output.filters_.begin(), std::move(*filter));
  }
  return output;
}

void FilteredOutput::line(std::string_view text) {
  if (text.starts_with("% "))
    out_(std::string(text) + "\n");
  else
    filters_.front()->line(text);
}

void FilteredOutput::write(std::string_view text) {
  if (filters_.empty()) return out_(text);
  pending_ += text;
  std::size_t from = 0;
  for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n', from)) {
    line(std::string_view(pending_).substr(from, end - from));
    from = end + 1;
  }
  pending_.erase(0, from);
}

void FilteredOutput::finish() {
  if (!pending_.empty()) line(pending_);
  pending_.clear();
  for (const auto& filter : filters_) filter->finish();
}

}  // namespace cli::show
