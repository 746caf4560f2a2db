#include "cli/show/configuration.hpp"

#include "cli/show/json.hpp"

namespace cli::show {

std::string generations_text(const api::Generations& generations, WallClock now) {
  if (generations.generations().empty()) return "No configuration of the past is kept\n";
  std::string out;
  append(out, "%3s  %-24s  %-12s %-20s %s\n", "No", "Time", "By", "How", "Lines to the one before");
  for (int i = 0; i < generations.generations_size(); ++i) {
    const auto& generation = generations.generations(i);
    append(out, "%3d  %-24s  %-12s %-20s +%u -%u\n", i, date_text(time_of(now, generation.age_ms())).c_str(),
           generation.who().c_str(), generation.how().c_str(), generation.added(), generation.removed());
  }
  return out;
}

std::string generations_json(const api::Generations& generations, WallClock now) {
  auto all = Json::array();
  for (int i = 0; i < generations.generations_size(); ++i) {
    const auto& generation = generations.generations(i);
    all.push_back({{"number", i},
                   {"time", date_text(time_of(now, generation.age_ms()))},
                   {"epoch", epoch_of(now, generation.age_ms())},
                   {"by", generation.who()},
                   {"how", generation.how()},
                   {"added", generation.added()},
                   {"removed", generation.removed()},
                   {"file", generation.file()}});
  }
  return json_text({{"generations", std::move(all)}}) + "\n";
}

}  // namespace cli::show
