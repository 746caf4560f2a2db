#include "cli/options.hpp"

#include <getopt.h>
#include <sys/stat.h>

#include <charconv>
#include <cstring>

namespace cli {
namespace {

enum : int { kSocket = 256, kExecTimeout };

constexpr option kLongOptions[] = {{"socket", required_argument, nullptr, kSocket},
                                   {"vty_socket", required_argument, nullptr, kSocket},
                                   {"exec-timeout", required_argument, nullptr, kExecTimeout},
                                   {"command", required_argument, nullptr, 'c'},
                                   {"boot", no_argument, nullptr, 'b'},
                                   {"inputfile", required_argument, nullptr, 'f'},
                                   {"dryrun", no_argument, nullptr, 'C'},
                                   {"writeconfig", no_argument, nullptr, 'w'},
                                   {"echo", no_argument, nullptr, 'E'},
                                   {"daemon", required_argument, nullptr, 'd'},
                                   {"markfile", no_argument, nullptr, 'm'},
                                   {"histfile", required_argument, nullptr, 'H'},
                                   {"timestamp", no_argument, nullptr, 't'},
                                   {"user", no_argument, nullptr, 'u'},
                                   {"pathspace", required_argument, nullptr, 'N'},
                                   {"noerror", no_argument, nullptr, 'n'},
                                   {"version", no_argument, nullptr, 'v'},
                                   {"help", no_argument, nullptr, 'h'},
                                   {nullptr, 0, nullptr, 0}};

/// FRR names a directory of sockets; ours in it has the daemon's name.
std::string socket_in(const std::string& path) {
  struct stat status {};
  const bool is_directory = ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  return is_directory ? path + "/kuland.sock" : path;
}

}  // namespace

std::expected<Options, std::string> parse_options(int argc, char* const* argv) {
  Options options;
  ::opterr = 0;
  ::optind = 1;
  for (;;) {
    const int choice = ::getopt_long(argc, argv, "+:c:bf:CwEd:mH:tuN:nvh", kLongOptions, nullptr);
    if (choice == -1) break;
    switch (choice) {
      case kSocket:
        options.socket = socket_in(optarg);
        break;
      case 'c':
        options.commands.emplace_back(optarg);
        break;
      case 'b':
        options.boot = true;
        break;
      case 'f':
        options.file = optarg;
        break;
      case 'C':
        options.check = true;
        break;
      case 'w':
        options.write = true;
        break;
      case 'E':
        options.echo = true;
        break;
      case 'm':
        options.mark = true;
        break;
      case 'H':
        options.history_file = optarg;
        break;
      case 't':
        options.timestamps = true;
        break;
      case 'u':
        options.user_mode = true;
        break;
      case 'n':
        options.keep_going = true;
        break;
      case 'v':
        options.version = true;
        break;
      case 'h':
        options.help = true;
        break;
      case 'd':  // one daemon does it all
      case 'N':
        break;
      case kExecTimeout: {
        unsigned seconds = 0;
        const auto* const end = optarg + std::strlen(optarg);
        if (const auto [at, error] = std::from_chars(optarg, end, seconds); error != std::errc{} || at != end)
          return std::unexpected("--exec-timeout needs a number of seconds, not " + std::string(optarg));
        options.exec_timeout = std::chrono::seconds(seconds);
        break;
      }
      case ':':
        return std::unexpected(std::string(argv[optind - 1]) + " needs a value");
      default:
        return std::unexpected("unknown option " +
                               (optopt ? std::string{'-', static_cast<char>(optopt)} : argv[optind - 1]));
    }
  }
  if (optind < argc)
    return std::unexpected("unexpected argument " + std::string(argv[optind]) + "; commands go behind -c");
  return options;
}

std::string usage() {
  return "Usage: kulan [OPTION]...\n"
         "The shell of kuland. Without -c and -f it reads commands from the terminal or standard input.\n"
         "\n"
         "  -c, --command COMMAND  run it and end; may be given again, the mode stays from one to the next\n"
         "  -f, --inputfile FILE   run the lines of the file as configuration\n"
         "  -C, --dryrun           say what is wrong with the file (-f, or the saved configuration) and end\n"
         "  -b, --boot             let the daemon read its saved configuration again\n"
         "  -w, --writeconfig      save the running configuration\n"
         "  -m, --markfile         print the file (-f) as kulan would write it\n"
         "  -E, --echo             print prompt and command before each answer\n"
         "  -t, --timestamp        print the time before each answer\n"
         "  -n, --noerror          end with status 0 even after an error\n"
         "  -u, --user             look only\n"
         "  -H, --histfile FILE    keep the history there (~/.kulan_history)\n"
         "  -d, --daemon NAME      accepted for vtysh's sake, as is -N NAME\n"
         "      --exec-timeout SECONDS  at a terminal, end when no key comes for so long\n"
         "      --socket PATH      the daemon's socket (/run/kulan/kuland.sock); --vty_socket is the same\n"
         "  -v, --version          print the version\n"
         "  -h, --help             print this text\n";
}

}  // namespace cli
