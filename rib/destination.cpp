#include "rib/destination.hpp"

#include <memory>
#include <new>
#include <utility>

namespace rib {
namespace {

Path* allocate(std::uint32_t capacity) { return static_cast<Path*>(::operator new(capacity * sizeof(Path))); }

void release(Path* paths) { ::operator delete(paths); }

}  // namespace

Destination::~Destination() {
  std::destroy_n(data(), on_heap_ ? count_ : 1u);
  if (on_heap_) release(heap_.paths);
}

void Destination::set_best(std::size_t position) {
  if (position != 0) std::swap(data()[0], data()[position]);
  has_best_ = 1;
}

Path* Destination::find(std::uint32_t peer, std::uint32_t path_id) {
  for (auto& path : paths()) {
    if (path.peer == peer && path.path_id == path_id) return &path;
  }
  return nullptr;
}

void Destination::grow(std::uint32_t capacity) {
  Path* bigger = allocate(capacity);
  std::uninitialized_move_n(data(), count_, bigger);
  std::destroy_n(data(), on_heap_ ? count_ : 1u);
  if (on_heap_) release(heap_.paths);
  heap_ = {bigger, capacity};
  on_heap_ = 1;
}

Path& Destination::add(Path path) {
  if (is_inline()) {
    if (count_ == 0) {
      count_ = 1;
      return inline_path_ = std::move(path);
    }
    grow(2);
  } else if (count_ == heap_.capacity) {
    grow(heap_.capacity + (heap_.capacity < 16 ? 2 : heap_.capacity / 2));
  }
  Path* place = std::construct_at(heap_.paths + count_, std::move(path));
  count_ = (count_ + 1) & 0x3fffff;
  return *place;
}

void Destination::move_inside() {
  Path* paths = heap_.paths;
  const auto count = count_;
  std::construct_at(&inline_path_);
  if (count == 1) inline_path_ = std::move(paths[0]);
  std::destroy_n(paths, count);
  release(paths);
  on_heap_ = 0;
}

void Destination::remove(std::size_t position) {
  if (position == 0) has_best_ = 0;
  const auto last = count_ - 1u;
  if (position != last) data()[position] = std::move(data()[last]);
  count_ = last & 0x3fffff;
  if (is_inline()) {
    inline_path_ = Path{};
  } else {
    std::destroy_at(heap_.paths + last);
    if (count_ <= 1) move_inside();
  }
}

}  // namespace rib
