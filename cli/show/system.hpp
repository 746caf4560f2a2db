// Small answers about the node: next hops, interfaces, version, memory.
#pragma once

#include <string>

#include "cli/show/format.hpp"

namespace cli::show {

std::string next_hops_text(const api::NextHops& next_hops);
/// `show ip nht`: the same as FRR's zebra tells it.
std::string next_hop_tracking_text(const api::NextHops& next_hops);
std::string next_hops_json(const api::NextHops& next_hops);

std::string interfaces_text(const api::Interfaces& interfaces);  // `show interface brief`
std::string interfaces_json(const api::Interfaces& interfaces);
/// `show interface`, `show interface NAME`.
std::string interface_details_text(const api::Interfaces& interfaces);
std::string interface_details_json(const api::Interfaces& interfaces);

std::string version_text(const api::Version& version);
std::string version_json(const api::Version& version);

std::string memory_report_text(const api::Status& status);
std::string memory_report_json(const api::Status& status);

/// `show status`: is the daemon well, in eight lines.
std::string status_text(const api::Status& status);
std::string status_json(const api::Status& status);

}  // namespace cli::show
