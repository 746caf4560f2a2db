#include "cli/show/log.hpp"

#include "cli/config/edit.hpp"
#include "cli/show/json.hpp"

namespace cli::show {
namespace {

/// "BGP updates debugging is on (inbound)" of "bgp updates in". What only a newer daemon has stays as it is.
std::string description_of(const std::string& words) {
  Config scratch;
  static_cast<void>(edit(scratch, {}, "debug " + words));
  return scratch.debug.empty() ? words : describe(*scratch.debug.begin());
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
  for (const auto& words : log.debug())
    (words.starts_with("zebra") ? zebra : bgp) += "  " + description_of(words) + "\n";
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
