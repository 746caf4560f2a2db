#include "test/cli/show/render_everything.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kulan::api::Response response;
  if (response.ParseFromArray(data, static_cast<int>(size))) cli::show::render_everything(response);
  return 0;
}
