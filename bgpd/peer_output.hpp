// A peer's UPDATEs as its session reads them: the group logs behind Outbound, both families taken together.
#pragma once

#include "bgpd/session/output_source.hpp"
#include "bgpd/update/outbound.hpp"

namespace bgpd {

class PeerOutput final : public session::OutputSource {
 public:
  PeerOutput(update::Outbound& outbound, rib::PeerHandle peer) : outbound_(outbound), peer_(peer) {}

  std::size_t gather(std::vector<wire::Octets>& ranges, std::size_t limit) override {
    const auto pieces = outbound_.fill(peer_, limit);
    ranges.insert(ranges.end(), pieces.begin(), pieces.end());
    return update::total(pieces);
  }
  Completed consume(std::size_t octets) override {
    const auto completed = outbound_.consume(peer_, octets);
    return {completed.updates, completed.route_refreshes};
  }
  std::size_t unfinished() const override { return outbound_.rest_of_message(peer_).size(); }

 private:
  update::Outbound& outbound_;
  rib::PeerHandle peer_;
};

}  // namespace bgpd
