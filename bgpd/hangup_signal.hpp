// SIGHUP with who sent it, which Asio's signal_set does not tell. One for a process, on the main io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>

#include "bgpd/operator.hpp"

namespace bgpd {

class HangupSignal {
 public:
  /// Calls `hung_up` in the io_context for each signal, until this object goes.
  HangupSignal(boost::asio::io_context& io, std::function<void(const Operator&)> hung_up);
  ~HangupSignal();
  HangupSignal(const HangupSignal&) = delete;
  HangupSignal& operator=(const HangupSignal&) = delete;

 private:
  struct Sender {
    pid_t process;
    uid_t user;
  };
  static_assert(sizeof(Sender) <= 512);  // PIPE_BUF at least: written whole or not at all, POSIX

  static void handle(int, siginfo_t* info, void*);
  void read_next();

  boost::asio::posix::stream_descriptor pipe_;
  std::function<void(const Operator&)> hung_up_;
  Sender sender_{};
  std::shared_ptr<bool> is_there_ = std::make_shared<bool>(true);  // for a read that is done and not told yet
};

}  // namespace bgpd
