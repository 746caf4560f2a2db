// RFC 2385: what the kernel drops is named as the reason of a session that does not come up.
#include <gtest/gtest.h>

#include "bgpd/session/tcp_options.hpp"

namespace bgpd::session {
namespace {

TEST(SignatureFailures, AreReadFromTheKernelsCounters) {
  const auto found = parse_signature_failures(
      "TcpExt: SyncookiesSent TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure TCPLast\n"
      "TcpExt: 7 1 2 3 9\n"
      "IpExt: InNoRoutes\n"
      "IpExt: 5\n");
  EXPECT_EQ(found, (SignatureFailures{.missing = 1, .unexpected = 2, .wrong = 3}));
}

TEST(SignatureFailures, AreUnknownWithoutThem) {
  EXPECT_EQ(parse_signature_failures(""), std::nullopt);
  EXPECT_EQ(parse_signature_failures("TcpExt: A B\nTcpExt: 1 2\n"), std::nullopt);
  EXPECT_EQ(parse_signature_failures("TcpExt: TCPMD5Failure\n"), std::nullopt);
}

TEST(SignatureFailures, ThisKernelHasThem) { EXPECT_TRUE(read_signature_failures()); }

}  // namespace
}  // namespace bgpd::session
