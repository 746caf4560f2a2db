#include "cli/show/log.hpp"

#include <optional>

#include "cli/config/edit.hpp"
#include "cli/show/json.hpp"

namespace cli::show {
namespace {

/// Of "bgp updates in". Nothing for what only a newer daemon has.
std::optional<DebugSwitch> switch_of(const std::string& words) {
  Config scratch;
  static_cast<void>(edit(scratch, {}, "debug " + words));
  return scratch.debug.empty() ? std::nullopt : std::optional(*scratch.debug.begin());
}

/// "BGP updates debugging is on (inbound)"
std::string description_of(const std::string& words) {
  const auto debug = switch_of(words);
  return debug ? describe(*debug) : words;
}

/// "192.168.1.2", "10.0.0.0/8": what the switch is for; "" when it is for all.
std::string subject_of(const DebugSwitch& debug) {
  return debug.prefix ? debug.prefix->to_string() : debug.neighbor;
}

}  // namespace

std::string logging_text(const api::Log& log) {
  auto text = "Log: " + (log.file().empty() ? "standard error" : log.file()) + ", level " + log.level();
  const std::map<std::string, std::string> levels(log.levels().begin(), log.levels().end());
  for (const auto& [subsystem, level] : levels) text += ", " + subsystem + " " + level;
  text += "\nDebugging: " +
          (log.debug().empty() ? "off" : std::to_string(log.debug_size()) + " on, see `show debugging`");
  return text + "\nLines: " + std::to_string(log.newest()) + " since the start, kept from number " +
         std::to_string(log.oldest()) + " on\n";
}

std::string debugging_text(const api::Log& log) {
  std::string bgp = "BGP debugging status:\n", zebra = "Zebra debugging status:\n";
  std::optional<DebugSwitch> last;
  for (const auto& words : log.debug()) {
    auto& text = words.starts_with("zebra") ? zebra : bgp;
    const auto debug = switch_of(words);
    const bool is_same = debug && last && debug->topic == last->topic && !subject_of(*debug).empty();
    if (is_same)  // FRR names all neighbors of a topic in one line
      text.insert(text.size() - 1, " " + subject_of(*debug));
    else
      text += "  " + description_of(words) + "\n";
    last = debug;
  }
  return zebra + "\n" + bgp + "\n";
}

std::string debugging_json(const api::Log& log) {
  auto all = Json::array();
  for (const auto& words : log.debug())
    all.push_back({{"debug", words}, {"description", description_of(words)}});
  return json_text({{"debugging", all}}) + "\n";
}

std::expected<void, ClientError> LogFollower::poll(const Sink& out) {
  for (;;) {
    api::Request request;
    request.mutable_log()->set_after(last_);
    request.mutable_log()->set_newest(!has_begun_);
    const auto response = client_.call(std::move(request));
    if (!response) return std::unexpected(response.error());
    const auto& log = response->log();
    const bool is_another_life = std::exchange(life_, log.life()) != log.life();
    if (!std::exchange(has_begun_, true)) {
      last_ = log.newest();
      return {};
    }
    if (is_another_life && std::exchange(last_, 0) != 0) continue;
    if (log.lines().empty()) return {};
    if (last_ != 0 && log.first() > last_ + 1)
      out("% " + std::to_string(log.first() - last_ - 1) + " lines came too fast to be shown\n");
    for (const auto& line : log.lines()) out(line + "\n");
    last_ = log.first() + static_cast<std::uint64_t>(log.lines_size()) - 1;
    if (last_ >= log.newest()) return {};
  }
}

}  // namespace cli::show
