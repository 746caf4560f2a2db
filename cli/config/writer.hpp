// The configuration as text, in FRR's order and shape: what `show running-config` prints below its head and
// what `write memory` writes. Only what differs from the defaults.
#pragma once

#include <string>
#include <vector>

#include "cli/config/config.hpp"

namespace cli {

/// Lines end in '\n'; blocks are separated by "!". read_config() of it gives `config` again.
std::string write_config(const Config& config);

/// The lines inside `route-map NAME … SEQ`, kept ones too, sorted as they are written; empty when it is not
/// there.
std::vector<std::string> written_clause(const Config& config, const std::string& name,
                                        rib::Sequence sequence);

}  // namespace cli
