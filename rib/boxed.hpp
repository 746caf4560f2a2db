// A value that is mostly as default-constructed and then costs one pointer. Copying copies the value.
#pragma once

#include <memory>
#include <utility>

namespace rib {

template <typename T>
class Boxed {
 public:
  Boxed() = default;
  Boxed(const Boxed& other) : value_(other.is_default() ? nullptr : std::make_unique<T>(*other.value_)) {}
  Boxed(Boxed&&) noexcept = default;
  Boxed& operator=(Boxed other) noexcept {
    value_ = std::move(other.value_);
    return *this;
  }

  const T& operator*() const { return value_ ? *value_ : kDefault; }
  const T* operator->() const { return &**this; }
  /// For writing; from now on it takes memory.
  T& edit() {
    if (!value_) value_ = std::make_unique<T>();
    return *value_;
  }
  /// Takes no memory for what is there already.
  template <typename Member>
  void set(Member T::*member, const Member& value) {
    if ((**this).*member != value) edit().*member = value;
  }

  bool is_default() const { return !value_ || *value_ == kDefault; }
  bool operator==(const Boxed& other) const { return (!value_ && !other.value_) || **this == *other; }

 private:
  static const T kDefault;
  std::unique_ptr<T> value_;
};

template <typename T>
const T Boxed<T>::kDefault{};

}  // namespace rib
