// Committing: one way in for lines, candidates, files and roll-backs, and the commit that takes itself back.
#include <algorithm>

#include "bgpd/config/differences.hpp"
#include "bgpd/daemon.hpp"
#include "bgpd/log.hpp"

namespace bgpd {
namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;

std::string text_of(const config::PendingCommit& pending, rib::TimePoint now) {
  const auto left =
      std::to_string(std::max<std::int64_t>(duration_cast<seconds>(pending.until - now).count(), 0));
  return "The commit of " + text_of(pending.order.who) +
         (pending.order.watch_for.count() > 0 ? " is watched for " : " waits to be confirmed for ") + left +
         " s more: `commit confirm` keeps it, `commit cancel` takes it back";
}

}  // namespace

std::expected<void, std::string> Daemon::commit(const cli::Config& config, const config::CommitOrder& order) {
  if (pending_commit_) return std::unexpected(text_of(*pending_commit_, now()));
  const auto wait = std::max(order.confirm_within, order.watch_for);
  config::PendingCommit pending{order, config_, now() + wait, established_sessions()};
  if (auto done = put_in_force(config); !done) return done;
  if (order.how.empty()) return {};
  log::config().info("{} by {}", order.how, text_of(order.who));
  if (wait.count() == 0) {
    keep_generation(order.who.name, order.how);
    last_commit_ = {"The " + order.how + " of " + text_of(order.who) + " is in force", now()};
    return {};
  }
  pending_commit_ = std::move(pending);
  commit_timer_.expires_after(wait);
  commit_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && pending_commit_) pending_commit_is_over();
  });
  return {};
}

void Daemon::pending_commit_is_over() {
  if (pending_commit_->order.watch_for.count() == 0)
    return take_back_commit("nobody confirmed it within " +
                            std::to_string(pending_commit_->order.confirm_within.count()) + " s");
  std::string down;
  for (const auto& name : sessions_lost()) down += (down.empty() ? "" : ", ") + name;
  if (!down.empty()) return take_back_commit("sessions that were up are down: " + down);
  keep_commit("every session that it was to leave up is up");
}

void Daemon::end_pending_commit(bool keep, const Operator& who) {
  if (!pending_commit_) return;
  if (keep)
    keep_commit("confirmed by " + text_of(who));
  else
    take_back_commit("cancelled by " + text_of(who));
}

void Daemon::keep_commit(const std::string& why) {
  commit_timer_.cancel();
  const auto pending = *std::exchange(pending_commit_, std::nullopt);
  keep_generation(pending.order.who.name, pending.order.how);
  last_commit_ = {"The commit of " + text_of(pending.order.who) + " is kept: " + why, now()};
  log::config().info("{}", last_commit_.text);
}

void Daemon::take_back_commit(const std::string& why) {
  commit_timer_.cancel();
  const auto pending = *std::exchange(pending_commit_, std::nullopt);
  const auto done = put_in_force(pending.before);
  last_commit_ = {"The commit of " + text_of(pending.order.who) + " was taken back: " + why, now()};
  if (!done) last_commit_.text += "; and that failed: " + done.error();
  log::config().warn("{}", last_commit_.text);
}

std::vector<config::SessionUp> Daemon::established_sessions() const {
  std::vector<config::SessionUp> sessions;
  std::as_const(speaker_->peers()).visit([&](const session::Peer& peer) {
    if (peer.is_established())
      sessions.push_back({peer.name(), peer.settings().address, peer.settings().source});
  });
  return sessions;
}

/// Whether the configuration means the session to be up, although there is no such peer now: a neighbor that
/// the commit made unusable is lost, one that it removed is not.
bool Daemon::is_still_wanted(const config::SessionUp& session) const {
  if (!config_.bgp) return false;
  const auto holds = [&](const auto& range) { return range.first.contains(session.address); };
  switch (session.source) {
    case session::PeerSource::Configured:
      return std::ranges::any_of(usable_and_not(config_),
                                 [&](const auto& one) { return one.first == session.name && !one.second; });
    case session::PeerSource::Dynamic:
      return std::ranges::any_of(config_.bgp->listen_ranges, holds);
    case session::PeerSource::Discovered:
      return config_.bgp->discovery.multicast;
  }
  return false;
}

/// Whom the commit itself removed or shut down is not meant to be up; whom it reset is.
std::vector<std::string> Daemon::sessions_lost() const {
  std::vector<std::string> lost;
  for (const auto& session : pending_commit_->sessions_up) {
    bool is_wanted = is_still_wanted(session);
    std::as_const(speaker_->peers()).visit([&](const session::Peer& peer) {
      if (peer.name() == session.name) is_wanted = !peer.is_established() && !peer.settings().shutdown;
    });
    if (is_wanted) lost.push_back(session.name);
  }
  return lost;
}

}  // namespace bgpd
