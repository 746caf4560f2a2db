// The part of the machine that is in one VRF: the VRF device, the links that have it as master, and the links
// behind those (a bridge's ports), with their addresses. Stands between the kernel's facts and their owner,
// who then hears of nothing else: what leaves the VRF is gone, what comes into it is new.
//
// Pure; owned by NetlinkKernel, on its thread. Without a name everything passes.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fib/kernel.hpp"

namespace fib {

class VrfView {
 public:
  explicit VrfView(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  /// What the owner is to hear of these facts is appended to `told`.
  void pass(std::vector<KernelEvent> events, std::vector<KernelEvent>& told);
  /// Another VRF from here on, or none; what comes and goes by that is appended.
  void set_name(std::string name, std::vector<KernelEvent>& told);
  /// The table that packets of the VRF's links are routed by; 0: there is no such VRF now.
  std::uint32_t table() const;

 private:
  void link_changed(KernelEvent&& event, std::vector<KernelEvent>& told);
  void link_gone(KernelEvent&& event, std::vector<KernelEvent>& told);
  void look_again(std::vector<KernelEvent>& told);
  bool is_inside(const Link& link) const;

  std::string name_;
  std::map<std::uint32_t, Link> links_;  // all of the machine
  std::map<std::uint32_t, std::vector<InterfaceAddress>> addresses_;
  std::set<std::uint32_t> told_;  // of those that the owner knows
};

}  // namespace fib
