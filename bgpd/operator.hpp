// Who changes something: the process at the other end of the API's socket, or the daemon itself.
#pragma once

#include <sys/types.h>

#include <string>

namespace bgpd {

struct Operator {
  std::string name = "kuland";  // of the user
  uid_t user = 0;
  pid_t process = 0;  // 0: the daemon itself
  bool operator==(const Operator&) const = default;
};

/// "root (pid 812)", "kuland".
std::string text_of(const Operator& who);

/// The user's name in /etc/passwd, else "uid 1000". Asks no directory service, which may be slow.
std::string user_name(uid_t user);

}  // namespace bgpd
