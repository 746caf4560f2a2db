// Listings that come in pages: while one is shown, the daemon makes the next.
#pragma once

#include <expected>
#include <utility>

#include "cli/show/console.hpp"

namespace cli::show {

/// Calls `show(response)` for each page until there is none, or Ctrl-C. list: which; it is put into a request
/// by `put(request, list)`. page_of(response): the page, with where the next begins.
template <typename List, typename Put, typename PageOf, typename Show>
std::expected<void, ClientError> for_each_page(const Console& console, List list, const Put& put,
                                               const PageOf& page_of, const Show& show) {
  const auto request = [&] {
    api::Request wanted;
    put(wanted, list);
    return wanted;
  };
  for (bool is_more = true; is_more && !console.is_interrupted();) {
    is_more = false;
    const auto done = console.client.call(request(), [&](const api::Response& response) {
      const auto& page = page_of(response);
      is_more = page.has_next();
      if (is_more) {
        *list.mutable_after() = page.next();
        console.client.ask_ahead(request());
      }
      show(page);
    });
    if (!done) return done;
  }
  return {};
}

}  // namespace cli::show
