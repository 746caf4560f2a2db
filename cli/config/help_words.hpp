// Help of keywords that rows of several files have, in FRR's words.
#pragma once

#include <string_view>

namespace cli {

inline constexpr std::string_view kBgp = "BGP information", kIp = "IP information",
                                  kIpv6 = "IPv6 information", kSequence = "Sequence number";

}  // namespace cli
