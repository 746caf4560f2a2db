// `show fib …`: our routes in the kernel, compared with what they shall be.
#pragma once

#include <string>

#include "cli/show/format.hpp"

namespace cli::show {

std::string fib_audit_text(const api::Fib& fib);
std::string fib_audit_json(const api::Fib& fib);

/// One row for each table that routes of ours are for.
std::string fib_tables_text(const api::Fib& fib);
std::string fib_tables_json(const api::Fib& fib);
std::string fib_restart_text(const api::Fib& fib);
std::string fib_restart_json(const api::Fib& fib);

}  // namespace cli::show
