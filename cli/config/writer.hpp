// The configuration as text, in FRR's order and shape: what `show running-config` prints below its head and
// what `write memory` writes. Only what differs from the defaults.
#pragma once

#include <string>

#include "cli/config/config.hpp"

namespace cli {

/// Lines end in '\n'; blocks are separated by "!". read_config() of it gives `config` again.
std::string write_config(const Config& config);

}  // namespace cli
