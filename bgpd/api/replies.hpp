// The responses to one request. They live in one arena and go with it: a page of a table is thousands of
// small messages, and to allocate and free each of them took longer than to fill it.
#pragma once

#include <google/protobuf/arena.h>

#include <memory>
#include <span>
#include <vector>

#include "cli/proto/kulan.pb.h"

namespace bgpd::api {

class Replies {
 public:
  kulan::api::Response& emplace_back() {
    return *all_.emplace_back(google::protobuf::Arena::CreateMessage<kulan::api::Response>(arena_.get()));
  }
  void clear() { *this = {}; }

  bool empty() const { return all_.empty(); }
  std::size_t size() const { return all_.size(); }
  kulan::api::Response& at(std::size_t i) { return *all_.at(i); }
  kulan::api::Response& front() { return at(0); }
  kulan::api::Response& back() { return at(size() - 1); }
  const kulan::api::Response& at(std::size_t i) const { return *all_.at(i); }
  const kulan::api::Response& front() const { return at(0); }
  std::span<kulan::api::Response* const> all() const { return all_; }

 private:
  std::unique_ptr<google::protobuf::Arena> arena_ = std::make_unique<google::protobuf::Arena>();
  std::vector<kulan::api::Response*> all_;
};

}  // namespace bgpd::api
