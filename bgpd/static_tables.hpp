// Static routes of tables beside the daemon's own: `ip route … table N` and `ip route … vrf NAME`.
//
// Each place has a routing engine without BGP, which says what wins against the kernel's other routes there,
// and a fib::Kernel of its own, which keeps the table like that: audited, healed, adopted after a restart.
// The daemon's own table is nobody's business here. A route of `table N` finds its gateways where the
// daemon's own routes do, one of a VRF in that VRF.
//
//   configuration ─> engine ─> fib::Kernel        own engine, links ─> gateways of `table N`
//                       ^──────────┘ facts
//
// Owned by the Daemon, on its thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bgpd/api/backend.hpp"
#include "cli/config/config.hpp"
#include "fib/kernel.hpp"
#include "fib/links.hpp"
#include "rib/engine.hpp"

namespace bgpd {

class StaticTables {
 public:
  struct Hooks {
    std::function<std::unique_ptr<fib::Kernel>(const fib::KernelOptions&)> open;
    std::function<rib::TimePoint()> now;
    std::function<void(const std::string& text)> warn;
    std::function<void(const std::string& text)> failed;  // a kernel cannot be used any more
    /// For `debug`: what a kernel is told, and what it tells. place: "table 100", "VRF red".
    std::function<void(const std::string& place, std::span<const rib::FibChange> changes)> told;
    std::function<void(const std::string& place, const fib::KernelEvent& event)> heard;
  };
  /// `own` and `links` are the daemon's and outlive this. `file`: where the next life reads which tables this
  /// one wrote, so that those without lines by then are cleaned, too.
  StaticTables(const rib::Engine& own, const fib::Links& links, std::string file, Hooks hooks);
  ~StaticTables();
  StaticTables(const StaticTables&) = delete;
  StaticTables& operator=(const StaticTables&) = delete;

  /// The lines and options in force. `own`: of the daemon's own table.
  void configure(const cli::Config& config, const fib::KernelOptions& own);
  /// The daemon's own table is whole: from here on routes are written.
  void begin();
  /// A route to this prefix in the daemon's own table is another one, or gone.
  void own_route_changed(const rib::Prefix& prefix);
  /// The daemon's `links` are others, or of another state.
  void own_links_changed();
  /// Hands what follows from such changes to the kernel; costs nothing without any.
  void settle();

  void audit();
  void flush();
  /// How many routes of ours are left after a flush.
  std::size_t stop();

  std::vector<api::TableView> views() const;
  /// "" when there is no such link in any of the VRFs.
  std::string interface_name(std::uint32_t index) const;

 private:
  struct Place;
  void open(const cli::StaticPlace& name);
  void heard(Place& place, std::vector<fib::KernelEvent> events);
  void settle(Place& place);
  void retire();
  void open_former();
  void remember() const;
  fib::KernelOptions options_of(const cli::StaticPlace& name) const;
  const fib::Links& links_of(const Place& place) const;

  const rib::Engine& own_;
  const fib::Links& links_;
  const std::string file_;
  const Hooks hooks_;
  fib::KernelOptions own_options_;
  bool resolve_via_default_ = true;
  bool is_begun_ = false, is_flushing_ = false, are_former_open_ = false;
  std::map<cli::StaticPlace, std::unique_ptr<Place>> places_;
};

}  // namespace bgpd
