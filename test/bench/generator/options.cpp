#include "test/bench/generator/options.hpp"

#include <array>
#include <charconv>
#include <functional>
#include <map>
#include <sstream>

#include "test/bench/generator/scenario.hpp"

namespace bench {
namespace {

template <typename Number>
bool read(const std::string& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool read(const std::string& text, rib::Family& family) {
  family = text == "ipv6" ? rib::Family::Ipv6Unicast : rib::Family::Ipv4Unicast;
  return text == "ipv4" || text == "ipv6";
}

bool read(const std::string& text, std::vector<int>& numbers) {
  std::istringstream list(text);
  for (std::string part; std::getline(list, part, ',');) {
    int number = 0;
    if (!read(part, number)) return false;
    numbers.push_back(number);
  }
  return true;
}

}  // namespace

rib::IpAddress daemon_address(rib::Family family) {
  return *rib::IpAddress::parse(family == rib::Family::Ipv4Unicast ? "10.255.0.1" : "fd00:255::1");
}

rib::IpAddress peer_address(rib::Family family, std::uint32_t i) {
  if (family == rib::Family::Ipv4Unicast) return rib::IpAddress::v4(0x0aff8001 + i);
  std::array<std::uint8_t, 16> octets{0xfd, 0x00, 0x02, 0x55};
  for (std::size_t at = 0; at < 4; ++at)
    octets[12 + at] = static_cast<std::uint8_t>((0x10001 + i) >> (24 - 8 * at));
  return *rib::IpAddress::from_bytes(octets);
}

std::expected<Options, std::string> parse_options(std::span<char* const> arguments) {
  Options options;
  const auto into = [](auto& member) {
    return [&member](const std::string& text) { return read(text, member); };
  };
  const std::map<std::string, std::function<bool(const std::string&)>> readers = {
      {"--family", into(options.family)},       {"--port", into(options.port)},
      {"--daemon-as", into(options.daemon_as)}, {"--pid", into(options.processes)},
      {"--prefixes", into(options.prefixes)},   {"--peers", into(options.peers)},
      {"--rate", into(options.rate)},           {"--seconds", into(options.seconds)},
      {"--timeout", into(options.timeout)},     {"--hold-time", into(options.hold_time)},
      {"--window", into(options.window)},       {"--seed", into(options.seed)}};

  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string argument = arguments[i];
    if (argument == "--print-peers") {
      options.print_peers = true;
    } else if (argument == "--help") {
      options.help = true;
    } else if (const auto reader = readers.find(argument); reader != readers.end()) {
      if (++i == arguments.size() || !reader->second(arguments[i]))
        return std::unexpected(argument + ": a value is missing or bad");
    } else if (options.scenario.empty() && find_scenario(argument)) {
      options.scenario = argument;
    } else {
      return std::unexpected(argument + ": neither an option nor a scenario");
    }
  }
  if (options.scenario.empty() && !options.help) return std::unexpected(std::string("which scenario?"));
  return options;
}

std::string usage() {
  std::string text =
      "bgp_load SCENARIO [OPTION VALUE]...\n"
      "Plays the peers of one BGP daemon and prints one line of JSON with what the scenario took.\n\n";
  for (const auto& scenario : scenarios()) text += "  " + scenario.name + ": " + scenario.summary + "\n";
  return text +
         "\n"
         "  --family ipv4|ipv6                        of the sessions and the routes\n"
         "  --port N --daemon-as N                    the daemon's\n"
         "  --pid N[,N]...                            the daemon's processes\n"
         "  --prefixes N --peers N                    size, instead of the scenario's own\n"
         "  --rate N --seconds N                      flaps a second, and how long; also of idling\n"
         "  --timeout N                               seconds for each phase (120)\n"
         "  --hold-time N --window N --seed N         seconds; sessions set up at the same time; of the "
         "table\n"
         "  --print-peers                             what to configure in the daemon, as JSON\n";
}

}  // namespace bench
