#include "bgpd/static_tables.hpp"

#include <cstdlib>
#include <set>
#include <sstream>
#include <utility>

#include "bgpd/atomic_file.hpp"
#include "bgpd/static_routes.hpp"
#include "rib/no_output.hpp"

namespace bgpd {

namespace {

constexpr std::size_t kLargestFile = 1 << 20;

std::string name_of(const cli::StaticPlace& place) {
  return place.vrf.empty() ? "table " + std::to_string(place.table) : "VRF " + place.vrf;
}

/// The links of a `table N` are the daemon's own.
bool is_about_routes(const fib::KernelEvent& event) {
  using Kind = fib::KernelEvent::Kind;
  return event.kind == Kind::RouteChanged || event.kind == Kind::RouteGone || event.kind == Kind::Written;
}

}  // namespace

struct StaticTables::Place final : rib::NoOutput {
  Place(cli::StaticPlace its_name, const rib::Engine* gateways_of, const Hooks& its_hooks)
      : name(std::move(its_name)), engine(*this, gateways_of), hooks(its_hooks) {}

  void fib_changes(std::span<const rib::FibChange> changes) override {
    for (const auto& change : changes) {
      if (!change.route) {
        going.insert(change.prefix);
        continue;
      }
      standing.insert(change.prefix);
      going.erase(change.prefix);
    }
    hooks.told(name_of(name), changes);
    kernel->apply({changes.begin(), changes.end()});
  }
  void result(const rib::FibResult& result, rib::TimePoint now) {
    engine.fib_result(result, now);
    if (result.installed || !going.contains(result.prefix)) return;
    going.erase(result.prefix);
    standing.erase(result.prefix);
  }
  /// The VRF's device; nullptr while there is none.
  const fib::Link* device() const { return name.vrf.empty() ? nullptr : links.find(name.vrf); }
  std::uint32_t table() const {
    if (name.vrf.empty()) return name.table;
    return device() ? device()->vrf_table : 0;
  }

  const cli::StaticPlace name;
  fib::KernelOptions options;
  cli::StaticLines lines;
  fib::Links links;  // of the VRF
  rib::Engine engine;
  const Hooks& hooks;
  std::unique_ptr<fib::Kernel> kernel;
  std::set<rib::Prefix> standing, going;  // told to the kernel; of those, not to stand any more
  bool is_known = false;                  // its first dump is complete
  bool is_due = true;                     // something that its routes follow from has changed
  bool is_sweep_asked = false, is_swept = false;
  fib::AuditReport audits;
  fib::RestartLedger restart;
};

StaticTables::StaticTables(const rib::Engine& own, const fib::Links& links, std::string file, Hooks hooks)
    : own_(own), links_(links), file_(std::move(file)), hooks_(std::move(hooks)) {}

StaticTables::~StaticTables() = default;

const fib::Links& StaticTables::links_of(const Place& place) const {
  return place.name.vrf.empty() ? links_ : place.links;
}

fib::KernelOptions StaticTables::options_of(const cli::StaticPlace& name) const {
  auto options = own_options_;
  options.table = name.table;
  options.vrf = name.vrf;
  options.next_hop_objects = false;  // the daemon's own table has them to itself
  options.is_side_table = true;
  return options;
}

void StaticTables::configure(const cli::Config& config, const fib::KernelOptions& own) {
  if (is_flushing_) return;
  own_options_ = own;
  resolve_via_default_ = config.resolve_via_default;
  auto wanted = other_static_lines(config);
  open_former();
  for (auto& [name, place] : places_) {
    place->lines = {};
    place->is_due = true;
    if (const auto lines = wanted.extract(name)) place->lines = std::move(lines.mapped());
    if (const auto options = options_of(name); std::exchange(place->options, options) != options)
      place->kernel->set_options(options);
  }
  for (auto& [name, lines] : wanted) {
    open(name);
    places_.at(name)->lines = std::move(lines);
  }
  remember();
  settle();
}

/// Tables of a former life: those that nobody wants any more are left when they are swept.
void StaticTables::open_former() {
  if (std::exchange(are_former_open_, true)) return;
  std::istringstream lines(read_file(file_, kLargestFile).value_or(""));
  for (std::string kind, value; lines >> kind >> value;) {
    cli::StaticPlace name;
    if (kind == "vrf") name.vrf = value;
    if (kind == "table") name.table = static_cast<std::uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
    if (!name.is_own() && !is_own_place(name, own_options_)) open(name);
  }
}

void StaticTables::remember() const {
  if (!own_options_.write) return;
  std::string text;
  for (const auto& [name, place] : places_)
    text += name.vrf.empty() ? "table " + std::to_string(name.table) + "\n" : "vrf " + name.vrf + "\n";
  if (text == read_file(file_, kLargestFile).value_or("")) return;
  if (const auto done = write_atomically(file_, text); !done)
    hooks_.warn("the tables of static routes are not remembered: " + done.error());
}

void StaticTables::open(const cli::StaticPlace& name) {
  auto& place = *(places_[name] = std::make_unique<Place>(name, name.vrf.empty() ? &own_ : nullptr, hooks_));
  place.engine.set_history_size(0, hooks_.now());  // nobody can ask for it
  place.options = options_of(name);
  place.kernel = hooks_.open(place.options);
  // After stop() no event comes, so the place outlives the handler.
  place.kernel->start(
      [this, &place](std::vector<fib::KernelEvent> events) { heard(place, std::move(events)); });
}

void StaticTables::begin() {
  is_begun_ = true;
  settle();
}

void StaticTables::own_route_changed(const rib::Prefix& prefix) {
  for (auto& [name, place] : places_) {
    if (!name.vrf.empty()) continue;
    place->engine.gateways_moved(prefix);
    place->is_due = true;
  }
}

void StaticTables::own_links_changed() {
  for (auto& [name, place] : places_) place->is_due = true;
}

void StaticTables::settle() {
  if (!is_begun_ || is_flushing_) return;
  for (auto& [name, place] : places_) settle(*place);
  retire();
}

void StaticTables::settle(Place& place) {
  constexpr std::size_t kSlice = 4096;
  if (!place.is_known || !std::exchange(place.is_due, false)) return;
  auto& engine = place.engine;
  const auto now = hooks_.now();
  auto speaker = engine.speaker();
  speaker.resolve_via_default = resolve_via_default_;
  engine.set_speaker(speaker, now);
  engine.set_static_routes(static_routes(place.lines, links_of(place)), now);
  while (engine.has_work()) engine.run(kSlice, now);
  // What a former life left and nobody wants now goes: no neighbor has to be waited for.
  if (!std::exchange(place.is_sweep_asked, true)) place.kernel->sweep_inherited();
}

/// A place without lines is left when nothing of ours stands there any more.
void StaticTables::retire() {
  const auto count = std::erase_if(places_, [this](auto& entry) {
    auto& place = *entry.second;
    const bool is_empty = place.standing.empty() || place.table() == 0 || !own_options_.write;
    if (!place.lines.empty() || !place.is_swept || !is_empty) return false;
    place.kernel->stop();
    return true;
  });
  if (count > 0) remember();
}

void StaticTables::heard(Place& place, std::vector<fib::KernelEvent> events) {
  using Kind = fib::KernelEvent::Kind;
  const auto now = hooks_.now();
  place.is_due = true;
  for (auto& event : events) {
    place.links.apply(event);
    if (!place.name.vrf.empty() || is_about_routes(event)) hooks_.heard(name_of(place.name), event);
    switch (event.kind) {
      case Kind::RouteChanged:
        if (!event.route.next_hops.empty())
          if (const auto* link = links_of(place).find(event.route.next_hops.front().interface_index))
            event.route.interface_name = link->name;
        place.engine.kernel_route(event.route, now);
        break;
      case Kind::RouteGone:
        place.engine.kernel_route_gone(event.route, now);
        break;
      case Kind::Written:
        for (const auto& result : event.results) {
          place.result(result, now);
          if (result.error != 0)
            hooks_.warn("the kernel refused " + result.prefix.to_string() + " in " + name_of(place.name) +
                        ": " + result.text);
        }
        break;
      case Kind::Audited:
        place.audits.routes = event.audit->routes;
        place.audits.failed = event.audit->failed;
        place.audits.missing += event.audit->missing;
        place.audits.different += event.audit->different;
        place.audits.unwanted += event.audit->unwanted;
        break;
      case Kind::Swept:
        place.restart = *event.ledger;
        place.is_swept = true;
        break;
      case Kind::Synchronised:
        place.is_known = true;
        break;
      case Kind::Warning:
        hooks_.warn(event.text.starts_with(name_of(place.name)) ? event.text
                                                                : name_of(place.name) + ": " + event.text);
        break;
      case Kind::Failed:
        hooks_.failed(name_of(place.name) + ": " + event.text);
        break;
      default:
        break;
    }
  }
  settle();
}

void StaticTables::audit() {
  for (auto& [name, place] : places_) place->kernel->audit();
}

void StaticTables::flush() {
  is_flushing_ = true;
  for (auto& [name, place] : places_) place->kernel->flush();
}

std::size_t StaticTables::stop() {
  std::size_t left = 0;
  is_flushing_ = true;  // nothing more is to be written
  for (auto& [name, place] : places_) left += place->kernel->stop();
  return left;
}

std::vector<api::TableView> StaticTables::views() const {
  std::vector<api::TableView> views;
  for (const auto& [name, place] : places_)
    views.push_back({.table = place->table(),
                     .vrf = name.vrf,
                     .vrf_index = place->device() ? place->device()->index : 0,
                     .engine = &place->engine,
                     .routes = place->standing.size(),
                     .failed = place->audits.failed,
                     .missing = place->audits.missing,
                     .different = place->audits.different,
                     .unwanted = place->audits.unwanted,
                     .kept = place->restart.kept + place->restart.changed,
                     .swept = place->restart.swept});
  return views;
}

std::string StaticTables::interface_name(std::uint32_t index) const {
  for (const auto& [name, place] : places_)
    if (const auto* link = place->links.find(index)) return link->name;
  return {};
}

}  // namespace bgpd
