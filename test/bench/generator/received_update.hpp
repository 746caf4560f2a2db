// An UPDATE as a receiver of a benchmark needs it: its prefixes, and of its attributes only what is asked
// for. A full decoder would make the generator the thing that is measured.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bgpd/wire/nlri.hpp"

namespace bench {

class ReceivedUpdate {
 public:
  /// The body of an UPDATE, which is borrowed; false when its fields do not fit into it.
  bool read(std::span<const std::uint8_t> body);

  std::span<const rib::Nlri> withdrawn() const { return withdrawn_; }
  std::span<const rib::Nlri> announced() const { return announced_; }
  /// ASes in AS_PATH; 0 without one.
  unsigned as_path_length() const;

 private:
  bool read_multiprotocol();

  std::vector<rib::Nlri> withdrawn_, announced_;
  std::span<const std::uint8_t> attributes_;
};

}  // namespace bench
