#include "fib/netlink_kernel.hpp"

#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "fib/kernel_monitor.hpp"
#include "fib/link_message.hpp"
#include "fib/own_routes.hpp"
#include "fib/route_writer.hpp"
#include "fib/vrf_view.hpp"
#include "rib/overloaded.hpp"

namespace fib {

namespace {

using namespace std::chrono_literals;

constexpr int kAnswerBuffer = 1 << 17;
constexpr auto kStopTimeout = 1s;
constexpr auto kTakenPause = 1s;     // between two looks at a table that is another's
constexpr auto kFlushTimeout = 30s;  // a million routes take a few seconds
/// More unhandled posts than this, and nothing is read or written until the owner has caught up.
constexpr int kPostsOutstanding = 64;

/// The table of a VRF that is there; kNoTable otherwise. Asked once, before the first dump, so that what a
/// former life left in it is found by that.
std::uint32_t find_vrf_table(const std::string& name) {
  auto socket = NetlinkSocket::open(kAnswerBuffer);
  if (!socket || socket->send(link_request(name, 1)) != 0) return kNoTable;
  while (socket->receive() == NetlinkSocket::Received::Datagram) {
    MessageRange messages(socket->messages());
    while (const auto* header = messages.next())
      if (header->nlmsg_type == RTM_NEWLINK)
        if (const auto link = parse_link(*header)) return link->vrf_table;
  }
  return kNoTable;
}

}  // namespace

/// All that the thread works with. The owner's side touches only the inbox, the eventfd and the atomics.
class NetlinkKernel::Worker : public std::enable_shared_from_this<Worker> {
 public:
  struct SweepInherited {};
  struct Audit {};
  struct Flush {};
  using Command =
      std::variant<std::vector<rib::FibChange>, rib::FibMove, KernelOptions, SweepInherited, Audit, Flush>;

  Worker(const KernelOptions& options, Poster poster, int receive_buffer, std::shared_ptr<TableClaims> claims)
      : poster_(std::move(poster)),
        claims_(std::move(claims)),
        receive_buffer_(receive_buffer),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        options_(options),
        vrf_(options.vrf),
        own_(place(), options.write),
        monitor_(own_, options.is_side_table) {
    monitor_.set_sees_main_table(options.vrf.empty());
    own_.use_next_hop_objects(options.next_hop_objects);
  }
  ~Worker() { ::close(wake_); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start(KernelEventHandler handler);
  void command(Command command);
  std::size_t stop();

 private:
  void run();
  bool open();
  void take_commands();
  RouteLocation place_in(std::uint32_t table);
  RouteLocation place() { return place_in(options_.vrf.empty() ? options_.table : vrf_.table()); }
  void set_options(const KernelOptions& options);
  void relocate();
  void sweep();
  bool hear(Clock::time_point now);
  void run_audit(Clock::time_point now);
  void write(Clock::time_point now);
  void remove_leftovers();
  void report();
  void post_events();
  void sleep(Clock::time_point now) const;
  void wake() const;
  bool is_done() const;
  void finish();
  bool owner_is_behind() const { return outstanding_ > kPostsOutstanding && !stopping_; }
  bool has_place() const { return own_.location().table != kNoTable; }
  bool may_write() const { return has_place() && monitor_.is_synchronised() && !monitor_.is_dumping(); }
  bool has_work() const {
    return monitor_.wants_turn() || (may_write() && (own_.has_pending() || own_.has_unused_next_hops() ||
                                                     searching_ || !left_.empty()));
  }
  void warn(std::string text);
  void tell_absence();

  // Owner's thread.
  std::thread thread_;
  KernelEventHandler handler_;
  bool is_stopped_ = false;

  // Both.
  const Poster poster_;
  const std::shared_ptr<TableClaims> claims_;
  const int receive_buffer_;
  const int wake_;
  std::mutex mutex_;
  std::vector<Command> inbox_;  // guarded by mutex_
  std::atomic<bool> stopping_ = false;
  std::atomic<int> outstanding_ = 0;

  // The thread.
  KernelOptions options_;
  std::optional<Clock::time_point> audit_at_;
  OwnRoutes::Repairs repairs_told_;
  bool is_flushing_ = false;
  VrfView vrf_;
  OwnRoutes own_;
  KernelMonitor monitor_;
  RouteWriter writer_;
  std::vector<KernelEvent> events_;
  std::optional<Clock::time_point> stop_at_;
  std::vector<RouteLocation> left_;         // places whose routes are to be removed
  std::optional<RouteLocation> searching_;  // the one that is being dumped
  bool is_taken_ = false;                   // the table is another kernel's of this process
  bool is_privilege_told_ = false, are_objects_told_ = false, is_absence_told_ = false;
};

void NetlinkKernel::Worker::start(KernelEventHandler handler) {
  handler_ = std::move(handler);
  // Signals belong to the owner's thread; a thread inherits the mask of its creator.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), "netlink");
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void NetlinkKernel::Worker::command(Command command) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.push_back(std::move(command));
  }
  wake();
}

std::size_t NetlinkKernel::Worker::stop() {
  if (std::exchange(is_stopped_, true)) return 0;
  stopping_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
  if (claims_) claims_->release(this);
  return is_flushing_ && own_.writes() ? own_.size() : 0;
}

void NetlinkKernel::Worker::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);  // full means: awake already
}

bool NetlinkKernel::Worker::open() {
  if (!options_.vrf.empty()) own_.relocate(place_in(find_vrf_table(options_.vrf)));
  auto result = writer_.start(receive_buffer_);
  if (result) result = monitor_.start(receive_buffer_, writer_.port());
  if (!result) {
    KernelEvent event{};
    event.kind = KernelEvent::Kind::Failed;
    event.text = result.error();
    events_.push_back(std::move(event));
    return false;
  }
  if (!writer_.warning().empty()) warn(writer_.warning());
  return true;
}

void NetlinkKernel::Worker::run() {
  bool is_working = open();
  post_events();
  while (is_working) {
    const auto now = Clock::now();
    take_commands();
    if (stopping_ && !stop_at_) stop_at_ = now + (is_flushing_ ? kFlushTimeout : kStopTimeout);
    if (!owner_is_behind()) {
      monitor_.run_timers(now);
      own_.run_timers(now);
      is_working = hear(now);
      if (monitor_.is_synchronised()) relocate();  // the VRF may have come, gone, or changed its table
      if (is_working && may_write()) write(now);
      if (is_working) run_audit(now);
    }
    report();
    post_events();
    if (stop_at_ && (is_done() || now >= *stop_at_)) return finish();
    if (is_working) sleep(now);
  }
  // Unusable: the owner knows and ends the daemon. Nothing is left to wait for.
}

/// A flush removes also what was not found yet, what has to be tried again, and what stands at former places.
bool NetlinkKernel::Worker::is_done() const {
  if (!has_place()) return true;
  if (own_.has_pending()) return false;
  return !is_flushing_ || !own_.writes() ||
         (may_write() && own_.failed_count() == 0 && left_.empty() && !searching_);
}

/// After a flush nothing names our next-hop objects any more.
void NetlinkKernel::Worker::finish() {
  if (!is_flushing_ || !own_.writes()) return;
  own_.begin_search_for_unused_next_hops();
  own_.end_search_for_unused_next_hops();
  writer_.remove_next_hops(own_.take_unused_next_hops());
}

void NetlinkKernel::Worker::take_commands() {
  std::uint64_t ignored;
  [[maybe_unused]] const auto count = ::read(wake_, &ignored, sizeof ignored);
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(inbox_);
  }
  for (auto& command : commands)
    std::visit(rib::Overloaded{
                   [this](std::vector<rib::FibChange>& changes) {
                     if (is_flushing_) return;
                     for (auto& change : changes) own_.desire(std::move(change));
                   },
                   [this](rib::FibMove& move) {
                     hear(Clock::now());  // an object that has gone meanwhile is not to be moved
                     if (!is_flushing_ && may_write()) own_.move(std::move(move));
                   },
                   [this](const KernelOptions& options) { set_options(options); },
                   [this](SweepInherited) { sweep(); },
                   [this](Audit) { audit_at_ = Clock::time_point::min(); },
                   [this](Flush) {
                     is_flushing_ = true;
                     own_.withdraw_all();
                   },
               },
               command);
}

/// What the kernel has told. False: it cannot be heard any more.
bool NetlinkKernel::Worker::hear(Clock::time_point now) {
  std::vector<KernelEvent> heard;
  const bool is_working = monitor_.receive(heard, now);
  vrf_.pass(std::move(heard), events_);
  return is_working;
}

void NetlinkKernel::Worker::sweep() {
  auto event = KernelEvent{};
  event.kind = KernelEvent::Kind::Swept;
  event.ledger = std::make_shared<const RestartLedger>(own_.sweep_inherited());
  events_.push_back(std::move(event));
}

void NetlinkKernel::Worker::run_audit(Clock::time_point now) {
  if (!own_.writes()) return;  // nothing would be repaired
  if (const auto duration = monitor_.take_audit()) {
    const auto& found = own_.repairs();
    auto event = KernelEvent{};
    event.kind = KernelEvent::Kind::Audited;
    event.audit = std::make_shared<const AuditReport>(
        AuditReport{.routes = own_.size(),
                    .missing = found.missing - repairs_told_.missing,
                    .different = found.different - repairs_told_.different,
                    .unwanted = found.unwanted - repairs_told_.unwanted,
                    .failed = own_.failed_count(),
                    .overruns = monitor_.overruns(),
                    .next_hop_objects = own_.objects().size(),
                    .duration = *duration});
    repairs_told_ = found;
    events_.push_back(std::move(event));
    audit_at_.reset();
  }
  if (!monitor_.is_synchronised() || monitor_.is_auditing()) return;
  if (!audit_at_ && options_.audit_interval > 0s) audit_at_ = now + options_.audit_interval;
  if (audit_at_ && now >= *audit_at_ && has_place() && !monitor_.is_dumping()) monitor_.audit(now);
}

/// kNoTable when the table is another's.
RouteLocation NetlinkKernel::Worker::place_in(std::uint32_t table) {
  is_taken_ = false;
  if (claims_ && table == kNoTable) claims_->release(this);
  if (claims_ && table != kNoTable) is_taken_ = !claims_->claim(this, table);
  return {.table = is_taken_ ? kNoTable : table, .metric = options_.metric, .protocol = options_.protocol};
}

void NetlinkKernel::Worker::set_options(const KernelOptions& options) {
  if (options_.audit_interval != options.audit_interval) audit_at_.reset();
  own_.use_next_hop_objects(options.next_hop_objects);
  options_ = options;
  if (options.vrf != vrf_.name()) {
    vrf_.set_name(options.vrf, events_);
    monitor_.set_sees_main_table(options.vrf.empty());
    is_absence_told_ = false;
  }
  // Before the first dump the VRF is not known: that place was asked for, and holds a former life's routes.
  if (options.vrf.empty() || monitor_.is_synchronised()) relocate();
}

void NetlinkKernel::Worker::relocate() {
  const auto to = place();
  if (to == own_.location()) return;
  if (has_place()) left_.push_back(own_.location());
  std::erase(left_, to);
  own_.relocate(to);
  monitor_.relocated(events_);
}

void NetlinkKernel::Worker::write(Clock::time_point now) {
  if (own_.has_pending()) return writer_.write_some(own_, now);
  writer_.remove_next_hops(own_.take_unused_next_hops());
  // Only when all stand at the new place do those at the old one go.
  if (searching_ || !left_.empty()) remove_leftovers();
}

void NetlinkKernel::Worker::remove_leftovers() {
  if (!own_.writes()) return left_.clear();
  if (searching_)
    writer_.remove_leftovers(monitor_.take_leftovers(), *std::exchange(searching_, std::nullopt));
  if (left_.empty()) return;
  searching_ = left_.back();
  left_.pop_back();
  monitor_.look_for_leftovers(*searching_);
}

void NetlinkKernel::Worker::warn(std::string text) {
  KernelEvent event{};
  event.kind = KernelEvent::Kind::Warning;
  event.text = std::move(text);
  events_.push_back(std::move(event));
}

void NetlinkKernel::Worker::tell_absence() {
  const auto name = options_.vrf.empty() ? "table " + std::to_string(options_.table) : "VRF " + options_.vrf;
  if (has_place())
    return warn(name + " is there: routes go to table " + std::to_string(own_.location().table));
  warn(name + (is_taken_ ? " is written by another part of this daemon: its routes wait until it is free"
                         : " is not there: no route is written until it is"));
}

void NetlinkKernel::Worker::report() {
  if (auto results = own_.take_results(); !results.empty()) {
    auto& event = events_.emplace_back();
    event.kind = KernelEvent::Kind::Written;
    event.results = std::move(results);
  }
  if (own_.is_privilege_missing() && !std::exchange(is_privilege_told_, true))
    warn("no privilege to write routes: CAP_NET_ADMIN is missing");
  if (monitor_.is_synchronised() && std::exchange(is_absence_told_, !has_place()) != is_absence_told_)
    tell_absence();
  if (own_.are_next_hop_objects_refused() && !std::exchange(are_objects_told_, true))
    warn("this kernel knows no next-hop objects; routes are written without");
  if (own_.has_pending()) return;
  if (const auto healed = own_.take_healed(); healed > 0)
    warn(std::to_string(healed) + " routes were removed or changed by another process and are written again");
}

void NetlinkKernel::Worker::post_events() {
  if (events_.empty()) return;
  ++outstanding_;
  poster_([self = shared_from_this(), events = std::exchange(events_, {})]() mutable {
    if (--self->outstanding_ == kPostsOutstanding) self->wake();
    if (!self->is_stopped_) self->handler_(std::move(events));
  });
}

void NetlinkKernel::Worker::sleep(Clock::time_point now) const {
  int timeout = -1;
  const auto [events, answers] = monitor_.file_descriptors();
  std::array<pollfd, 3> descriptors{{{wake_, POLLIN, 0}, {events, POLLIN, 0}, {answers, POLLIN, 0}}};
  nfds_t count = descriptors.size();
  if (owner_is_behind()) {
    count = 1;  // only the owner can change that
  } else {
    if (has_work()) return;
    auto next = monitor_.next_timer();
    const auto audit_at = may_write() ? audit_at_ : std::nullopt;
    for (const auto& other : {own_.next_timer(), stop_at_, audit_at})
      if (other && (!next || *other < *next)) next = other;
    if (is_taken_) next = std::min(next.value_or(now + kTakenPause), now + kTakenPause);
    if (next) {
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*next - now).count();
      timeout = static_cast<int>(std::clamp<decltype(wait)>(wait, 0, 60'000));
    }
  }
  ::poll(descriptors.data(), count, timeout);
}

// --- the owner's side

NetlinkKernel::NetlinkKernel(const KernelOptions& options, Poster poster, int receive_buffer,
                             std::shared_ptr<TableClaims> claims)
    : writes_(options.write),
      worker_(std::make_shared<Worker>(options, std::move(poster), receive_buffer, std::move(claims))) {}

NetlinkKernel::~NetlinkKernel() { worker_->stop(); }

void NetlinkKernel::start(KernelEventHandler handler) { worker_->start(std::move(handler)); }

void NetlinkKernel::apply(std::vector<rib::FibChange> changes) {
  if (writes_) worker_->command(std::move(changes));  // the thread need not wake for nothing
}

void NetlinkKernel::move(rib::FibMove move) {
  if (writes_) worker_->command(std::move(move));
}

void NetlinkKernel::set_options(const KernelOptions& options) { worker_->command(options); }

void NetlinkKernel::sweep_inherited() { worker_->command(Worker::SweepInherited{}); }

void NetlinkKernel::audit() { worker_->command(Worker::Audit{}); }

void NetlinkKernel::flush() { worker_->command(Worker::Flush{}); }

std::size_t NetlinkKernel::stop() { return worker_->stop(); }

}  // namespace fib
