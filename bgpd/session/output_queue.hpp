// What one connection has to send, in turns of one gather write: the session's own messages (OPEN, KEEPALIVE,
// ROUTE-REFRESH) in a small bounded queue that goes first, UPDATEs from the sources.
//
//   gather():  | rest of a message sent in part | own messages | source of IPv4 | source of IPv6 |
#pragma once

#include <vector>

#include "bgpd/session/network.hpp"
#include "bgpd/session/output_source.hpp"

namespace bgpd::session {

class OutputQueue {
 public:
  static constexpr std::size_t kTurnLimit = 256 * 1024;  // octets a turn, so that no peer starves the others
  static constexpr std::size_t kOwnLimit = 16 * 1024;    // octets of own messages waiting

  struct Written {
    OutputSource::Completed completed;  // of the source
    bool all = true;                    // nothing that was gathered is left; false: the transport is full
    bool more = false;                  // the turn's limit was reached: there may be more
  };

  /// One whole message. False when the queue is full; the message is not taken.
  bool push(Octets message);
  /// KEEPALIVEs do not pile up: one that has not left yet serves.
  bool push_keepalive();
  /// source: borrowed; nullptr takes it away. What is unfinished of the old one's message is kept.
  void set_source(OutputSource* source);

  /// Appends what is to be written in this turn; valid until consume(), which must follow.
  Gathered gather(std::vector<Octets>& ranges);
  /// `octets` of what was gathered left.
  Written consume(const Gathered& gathered, std::size_t octets);

  /// What must leave so that a NOTIFICATION can follow: the rest of a message sent in part and own messages.
  std::vector<std::uint8_t> take_rest();
  bool has_own_messages() const { return !own_.empty(); }
  void clear();

 private:
  bool source_is_unfinished() const { return source_ && source_->unfinished() != 0; }
  std::vector<std::uint8_t> rest_of_source();
  void consume_own(std::size_t octets);

  std::vector<std::uint8_t> own_;
  std::size_t own_sent_ = 0;      // octets of own_ that left
  bool keepalive_waits_ = false;  // the last message of own_ is a KEEPALIVE of which nothing left
  OutputSource* source_ = nullptr;
};

}  // namespace bgpd::session
