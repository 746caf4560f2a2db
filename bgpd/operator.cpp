#include "bgpd/operator.hpp"

#include <pwd.h>

#include <cstdio>
#include <memory>

namespace bgpd {

std::string text_of(const Operator& who) {
  return who.process == 0 ? who.name : who.name + " (pid " + std::to_string(who.process) + ")";
}

std::string user_name(uid_t user) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/etc/passwd", "re"), std::fclose);
  if (file)
    while (const auto* entry = ::fgetpwent(file.get()))
      if (entry->pw_uid == user) return entry->pw_name;
  return "uid " + std::to_string(user);
}

}  // namespace bgpd
