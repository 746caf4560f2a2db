// A peer's UPDATEs as its session reads them: the group logs behind Outbound, both families taken together.
#pragma once

#include <array>

#include "bgpd/session/output_source.hpp"
#include "bgpd/update/outbound.hpp"

namespace bgpd {

class PeerOutput final : public session::OutputSource {
 public:
  PeerOutput(update::Outbound& outbound, rib::PeerHandle peer) : outbound_(outbound), peer_(peer) {}

  std::size_t gather(std::vector<wire::Octets>& ranges, std::size_t limit) override {
    std::array<update::Range, 64> pieces;
    const auto count = outbound_.fill(peer_, pieces, limit);
    std::size_t octets = 0;
    for (std::size_t i = 0; i < count; ++i) {
      ranges.push_back(pieces[i]);
      octets += pieces[i].size();
    }
    return octets;
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
