#include "bgpd/options.hpp"

#include <getopt.h>

#include <charconv>

namespace bgpd {
namespace {

enum Option : int {
  kConfig = 1000,
  kSocket,
  kSocketMode,
  kStateDirectory,
  kBgpPort,
  kListen,
  kNoKernel,
  kLogLevel,
  kLogFile,
  kCheck,
  kCleanup,
  kDryRun,
  kVersion,
  kHelp,
};

constexpr option kLongOptions[] = {
    {"config", required_argument, nullptr, kConfig},
    {"socket", required_argument, nullptr, kSocket},
    {"socket-mode", required_argument, nullptr, kSocketMode},
    {"state-dir", required_argument, nullptr, kStateDirectory},
    {"bgp-port", required_argument, nullptr, kBgpPort},
    {"listen", required_argument, nullptr, kListen},
    {"no-kernel", no_argument, nullptr, kNoKernel},
    {"log-level", required_argument, nullptr, kLogLevel},
    {"log-file", required_argument, nullptr, kLogFile},
    {"check", no_argument, nullptr, kCheck},
    {"cleanup", no_argument, nullptr, kCleanup},
    {"dry-run", no_argument, nullptr, kDryRun},
    {"version", no_argument, nullptr, kVersion},
    {"help", no_argument, nullptr, kHelp},
    {nullptr, 0, nullptr, 0},
};

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

std::optional<unsigned> parse_mode(std::string_view text) {
  unsigned mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc{} || end != text.data() + text.size() || mode > 0777) return std::nullopt;
  return mode;
}

bool is_log_level(std::string_view text) {
  for (const auto level : {"trace", "debug", "info", "warning", "error", "critical", "off"})
    if (text == level) return true;
  return false;
}

}  // namespace

std::expected<Options, std::string> parse_options(int argc, char* const* argv) {
  Options options;
  optind = 0;  // getopt keeps state; 0 starts afresh
  opterr = 0;
  for (int c; (c = getopt_long(argc, argv, ":c:hv", kLongOptions, nullptr)) != -1;) {
    const std::string value = optarg ? optarg : "";
    switch (c) {
      case 'c':
      case kConfig:
        options.config = value;
        options.config_given = true;
        break;
      case kSocket:
        options.socket = value;
        break;
      case kSocketMode:
        if (const auto mode = parse_mode(value))
          options.socket_mode = *mode;
        else
          return std::unexpected("--socket-mode " + value + ": not a file mode, such as 0660 or 0666");
        break;
      case kStateDirectory:
        options.state_directory = value;
        break;
      case kBgpPort:
        if (const auto port = parse_port(value))
          options.bgp_port = *port;
        else
          return std::unexpected("--bgp-port " + value + ": not a port number (1-65535)");
        break;
      case kListen:
        if (const auto address = rib::IpAddress::parse(value))
          options.listen.push_back(*address);
        else
          return std::unexpected("--listen " + value + ": not an IPv4 or IPv6 address");
        break;
      case kNoKernel:
        options.no_kernel = true;
        break;
      case kLogLevel:
        if (!is_log_level(value))
          return std::unexpected("--log-level " + value +
                                 ": one of trace, debug, info, warning, error, critical, off");
        options.log_level = value;
        break;
      case kLogFile:
        options.log_file = value;
        break;
      case kCheck:
        options.check = true;
        break;
      case kCleanup:
        options.cleanup = true;
        break;
      case kDryRun:
        options.dry_run = true;
        break;
      case 'v':
      case kVersion:
        options.version = true;
        break;
      case 'h':
      case kHelp:
        options.help = true;
        break;
      case ':':
        return std::unexpected(std::string(argv[optind - 1]) + ": a value is missing");
      default:
        return std::unexpected(std::string(argv[optind - 1]) + ": unknown option; see kuland --help");
    }
  }
  if (optind < argc) {
    if (!options.check || optind + 1 < argc)
      return std::unexpected(std::string(argv[optind]) + ": unexpected argument; see kuland --help");
    options.config = argv[optind];  // kuland --check FILE
    options.config_given = true;
  }
  if (options.dry_run && !options.cleanup) return std::unexpected("--dry-run is a word of --cleanup");
  return options;
}

std::string usage() {
  return "usage: kuland [OPTION]...\n"
         "Announces this host's container subnets by BGP and keeps what it learns in the kernel.\n\n"
         "  --config FILE       configuration (default /etc/kulan/kulan.conf; without the file: a member of "
         "the mesh)\n"
         "  --socket PATH       API socket (default /run/kulan/kuland.sock)\n"
         "  --socket-mode MODE  its file mode (default 0660; 0666: everybody may look)\n"
         "  --state-dir DIR     state kept between runs (default /var/lib/kulan)\n"
         "  --bgp-port N        TCP port to listen on (default 179)\n"
         "  --listen ADDRESS    listen on this address only; may be repeated\n"
         "  --no-kernel         read links, addresses and routes, write nothing\n"
         "  --log-level LEVEL   trace, debug, info, warning, error, critical, off\n"
         "  --log-file FILE     log there instead of standard error\n"
         "  --check [FILE]      read the configuration, report every error, end\n"
         "  --cleanup [--dry-run]\n"
         "                      remove what a dead kuland left in the kernel, or say what it would be; end\n"
         "  --version           print the version, end\n";
}

}  // namespace bgpd
