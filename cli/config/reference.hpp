// docs/configuration.md, made from the rows. A test compares it with the file and says how to refresh it.
#pragma once

#include <string>

namespace cli {

std::string configuration_reference();
/// As a cell of a table: its bars do not end the cell.
std::string table_text(std::string text);

}  // namespace cli
