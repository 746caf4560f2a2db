// Two hosts of a test: network namespaces joined by a pair of veth interfaces, removed with the object.
#pragma once

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace bgpd::mesh::test {

/// True when the command ended with 0. Its output goes nowhere.
inline bool run(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

/// A named network namespace; enter() puts the calling thread into it until the guard ends.
class NetworkNamespace {
 public:
  explicit NetworkNamespace(const std::string& suffix)
      : name_("kulanmesh" + std::to_string(getpid()) + suffix), exists_(run("ip netns add " + name_)) {}
  ~NetworkNamespace() {
    if (exists_) run("ip netns del " + name_);
  }
  NetworkNamespace(const NetworkNamespace&) = delete;
  NetworkNamespace& operator=(const NetworkNamespace&) = delete;

  class Guard {
   public:
    explicit Guard(const std::string& name)
        : before_(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)),
          inside_(open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC)) {
      entered_ = inside_ >= 0 && setns(inside_, CLONE_NEWNET) == 0;
    }
    ~Guard() {
      if (entered_ && setns(before_, CLONE_NEWNET) != 0)
        std::abort();  // anything after would run in a wrong place
      close(before_);
      close(inside_);
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    int before_, inside_;
    bool entered_ = false;
  };

  Guard enter() const { return Guard(name_); }
  bool exists() const { return exists_; }
  const std::string& name() const { return name_; }
  /// `ip` inside.
  bool ip(const std::string& arguments) const { return run("ip -n " + name_ + " " + arguments); }
  std::uint32_t index_of(const std::string& interface) const {
    const auto guard = enter();
    return if_nametoindex(interface.c_str());
  }

 private:
  std::string name_;
  bool exists_;
};

}  // namespace bgpd::mesh::test
