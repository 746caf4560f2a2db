// Events of the kernel in the making: what the parts of fib tell by.
#pragma once

#include <string>
#include <utility>

#include "fib/kernel.hpp"

namespace fib {

inline KernelEvent event_of(KernelEvent::Kind kind) {
  KernelEvent event{};
  event.kind = kind;
  return event;
}

inline KernelEvent text_event(KernelEvent::Kind kind, std::string text) {
  auto event = event_of(kind);
  event.text = std::move(text);
  return event;
}

inline KernelEvent link_event(KernelEvent::Kind kind, Link link) {
  auto event = event_of(kind);
  event.link = std::move(link);
  return event;
}

inline KernelEvent address_event(KernelEvent::Kind kind, const InterfaceAddress& address) {
  auto event = event_of(kind);
  event.address = address;
  return event;
}

}  // namespace fib
