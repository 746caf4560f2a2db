// Who is told of what the speaker does while it does it, for `debug`. Everything borrowed for the call; the
// observer calls neither the speaker nor the engine, but for their queries.
#pragma once

#include <span>
#include <string>

#include "bgpd/session/session_handler.hpp"
#include "bgpd/wire/update.hpp"
#include "rib/observer.hpp"

namespace bgpd {

class Observer : public rib::Observer {
 public:
  virtual void state_changed(const session::Peer& peer, const session::StateChange& change) = 0;
  virtual void message_passed(const session::Peer& peer, const session::PassedMessage& message) = 0;
  virtual void attempt_failed(const session::Peer& peer, const std::string& why) = 0;
  /// The engine has it already: what became of the routes can be asked.
  virtual void update_received(const session::Peer& peer, rib::PeerHandle handle,
                               const wire::DecodedUpdate& update) = 0;
  /// attributes: nullptr, they are withdrawn. What is put down now may be replaced before it leaves.
  virtual void update_sent(rib::GroupId group, std::span<const session::Peer* const> members,
                           const rib::PathAttributes* attributes, std::span<const rib::Nlri> prefixes) = 0;

 protected:
  ~Observer() = default;
};

}  // namespace bgpd
