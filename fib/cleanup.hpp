// What a daemon that is dead left in the kernel, found by its protocol number: routes in every table, and
// rules. Works in the network namespace of the calling thread; no daemon is to run.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace fib {

/// One line for each thing, as `ip` takes it: "route 10.1.0.0/16 table 254 metric 20", "rule 100 …".
/// remove: they are removed, too. The error is for people.
std::expected<std::vector<std::string>, std::string> clean_up(std::uint8_t protocol, bool remove);

}  // namespace fib
