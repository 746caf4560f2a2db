#include "bgpd/log.hpp"

#include <gmock/gmock.h>

#include "bgpd/api/handlers.hpp"
#include "test/bgpd/api/fake_backend.hpp"

namespace bgpd::api {
namespace {

using testing::ElementsAre, testing::EndsWith, testing::HasSubstr, testing::IsEmpty, testing::Not;

proto::Done::Code type(FakeBackend& backend, const std::string& line, bool may_change = true) {
  proto::Request request;
  request.mutable_debug()->set_line(line);
  Replies replies;
  return handle_whole(request, {.may_change = may_change}, backend, replies).code();
}

/// By who may only look.
proto::Log look(FakeBackend& backend, std::uint64_t after = 0, std::uint32_t limit = 0) {
  proto::Request request;
  request.mutable_log()->set_after(after);
  request.mutable_log()->set_limit(limit);
  Replies replies;
  EXPECT_EQ(handle_whole(request, {.may_change = false}, backend, replies).code(), proto::Done::OK);
  return replies.front().log();
}

TEST(DebugRequest, IsForWhoMayChangeAndSeenByAll) {
  FakeBackend backend;
  EXPECT_EQ(type(backend, "debug bgp nht", false), proto::Done::DENIED);
  EXPECT_EQ(type(backend, "debug bgp updates in 192.168.77.2"), proto::Done::OK);
  EXPECT_THAT(look(backend).debug(), ElementsAre("bgp updates in 192.168.77.2"));
  EXPECT_EQ(type(backend, "no debug all"), proto::Done::OK);
  EXPECT_THAT(look(backend).debug(), IsEmpty());
}

TEST(DebugRequest, ConfiguresNothingElse) {
  FakeBackend backend;
  for (const auto* line : {"hostname other", "debug", "debug nonsense", "router bgp 1"})
    EXPECT_EQ(type(backend, line), proto::Done::INVALID) << line;
  EXPECT_THAT(backend.debug, IsEmpty());
  EXPECT_EQ(backend.commits, 0);
}

TEST(LogRequest, IsReadPageByPage) {
  FakeBackend backend;
  const auto newest = look(backend).newest();
  for (const auto* text : {"one", "two", "three\xff"}) log::write_debug("rib", text);

  const auto first = look(backend, newest, 2);
  EXPECT_THAT(first.lines(), ElementsAre(EndsWith("rib: one"), EndsWith("rib: two")));
  EXPECT_EQ(first.first(), newest + 1);
  EXPECT_EQ(first.newest(), newest + 3);
  const auto second = look(backend, newest + 2, 2);
  EXPECT_THAT(second.lines(), ElementsAre(HasSubstr("rib: three")));
  EXPECT_THAT(second.lines(0), Not(HasSubstr("\xff")));  // what is no UTF-8 breaks the reply
}

TEST(LogRequest, WithoutLinesItOnlyTellsWhereTheyStand) {
  FakeBackend backend;
  log::write_debug("rib", "a line");
  proto::Request request;
  request.mutable_log()->set_newest(true);
  Replies replies;
  EXPECT_EQ(handle_whole(request, {}, backend, replies).code(), proto::Done::OK);
  EXPECT_THAT(replies.front().log().lines(), IsEmpty());
  EXPECT_GT(replies.front().log().newest(), 0u);
}

}  // namespace
}  // namespace bgpd::api
