#include "bgpd/hangup_signal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace bgpd {
namespace {

int write_end = -1;  // the only thing the handler can reach

}  // namespace

/// Only what a signal handler may do. A full pipe means that many wait already.
void HangupSignal::handle(int, siginfo_t* info, void*) {
  const int error = errno;
  const bool is_told = info->si_code <= 0;  // by a process; otherwise the kernel, of a terminal that went
  const Sender sender{is_told ? info->si_pid : 0, is_told ? info->si_uid : 0};
  [[maybe_unused]] const auto count = ::write(write_end, &sender, sizeof sender);
  errno = error;
}

HangupSignal::HangupSignal(boost::asio::io_context& io, std::function<void(const Operator&)> hung_up)
    : pipe_(io), hung_up_(std::move(hung_up)) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe for signals");
  pipe_.assign(ends[0]);
  write_end = ends[1];
  struct sigaction action {};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  ::sigaction(SIGHUP, &action, nullptr);
  read_next();
}

HangupSignal::~HangupSignal() {
  struct sigaction action {};
  action.sa_handler = SIG_IGN;  // the daemon is about to end
  ::sigaction(SIGHUP, &action, nullptr);
  ::close(std::exchange(write_end, -1));
  *is_there_ = false;
}

void HangupSignal::read_next() {
  boost::asio::async_read(
      pipe_, boost::asio::buffer(&sender_, sizeof sender_),
      [this, there = is_there_](const boost::system::error_code& error, std::size_t) {
        if (error || !*there) return;
        const bool is_told = sender_.process != 0;
        hung_up_({is_told ? user_name(sender_.user) : "SIGHUP", sender_.user, sender_.process});
        if (*there) read_next();
      });
}

}  // namespace bgpd
