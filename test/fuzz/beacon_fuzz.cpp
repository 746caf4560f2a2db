// Any octets into the beacon's decoder; what it accepts must survive being encoded and decoded again.
#include <cstdlib>

#include "bgpd/mesh/beacon.cpp"  // NOLINT(bugprone-suspicious-include): the library it is part of brings Asio

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto beacon = bgpd::mesh::decode_beacon({data, size});
  if (!beacon) return 0;
  const auto again = bgpd::mesh::decode_beacon(bgpd::mesh::encode(*beacon));
  if (!again || *again != *beacon) std::abort();
  return 0;
}
