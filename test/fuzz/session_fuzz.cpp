#include "test/fuzz/session_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bgpd::fuzz::session({data, size});
  return 0;
}
