#include <gmock/gmock.h>

#include "bgpd/api/handlers.hpp"
#include "test/bgpd/api/fake_backend.hpp"

namespace bgpd::api {
namespace {

using testing::HasSubstr;

class CandidateTest : public testing::Test {
 protected:
  struct Answer {
    proto::Done end;
    Replies replies;
  };
  static Caller caller(std::uint64_t connection) {
    return {.may_change = true, .who = {"anna", 1000, 7}, .connection = connection};
  }
  Answer ask(const proto::Request& request, std::uint64_t connection = 1) {
    Answer answer;
    answer.end = handle_whole(request, caller(connection), backend_, answer.replies);
    return answer;
  }
  void open(std::uint64_t connection = 1) {
    proto::Request request;
    request.mutable_open_candidate();
    EXPECT_EQ(ask(request, connection).end.code(), proto::Done::OK);
  }
  Answer type(const char* line, std::uint64_t connection = 1) {
    proto::Request request;
    request.mutable_edit()->add_lines(line);
    request.mutable_edit()->set_in_candidate(true);
    return ask(request, connection);
  }
  Answer commit(std::uint64_t connection = 1, std::uint32_t confirm_seconds = 0) {
    proto::Request request;
    request.mutable_commit_candidate()->set_confirm_seconds(confirm_seconds);
    return ask(request, connection);
  }

  FakeBackend backend_;
};

TEST_F(CandidateTest, IsInForceWhenItIsCommitted) {
  open();
  type("hostname r2");
  EXPECT_FALSE(backend_.config.hostname);

  EXPECT_EQ(commit().end.code(), proto::Done::OK);
  EXPECT_EQ(backend_.config.hostname, "r2");
  EXPECT_TRUE(commit().replies.front().config_status().nothing_to_commit());
}

TEST_F(CandidateTest, BelongsToItsConnection) {
  EXPECT_THAT(type("hostname r2").end.message(), HasSubstr("No candidate is open"));
  open(1);
  EXPECT_EQ(type("hostname r2", 2).end.code(), proto::Done::INVALID);
  EXPECT_EQ(commit(2).end.code(), proto::Done::INVALID);
  EXPECT_FALSE(backend_.config.hostname);
}

TEST_F(CandidateTest, NeverOverwritesWhatChangedMeanwhile) {
  open(1);
  open(2);
  type("hostname one", 1);
  type("hostname two", 2);
  commit(1);

  const auto refused = commit(2);

  EXPECT_EQ(refused.end.code(), proto::Done::FAILED);
  EXPECT_THAT(refused.end.message(), HasSubstr("+hostname one"));
  EXPECT_EQ(backend_.config.hostname, "one");
}

TEST_F(CandidateTest, MergesWhatIsAboutSomethingElse) {
  open(1);
  open(2);
  type("hostname one", 1);
  type("ip forwarding", 2);
  commit(1);

  EXPECT_EQ(commit(2).end.code(), proto::Done::OK);
  EXPECT_EQ(backend_.config.hostname, "one");
  EXPECT_TRUE(backend_.config.ip_forwarding);
}

TEST_F(CandidateTest, WithoutChangesConfirmsTheCommitThatWaits) {
  open(1);
  type("hostname one", 1);
  commit(1, 60);
  ASSERT_TRUE(backend_.pending);
  open(2);

  EXPECT_EQ(commit(2).end.code(), proto::Done::OK);
  EXPECT_FALSE(backend_.pending);
  EXPECT_EQ(backend_.config.hostname, "one");
}

TEST_F(CandidateTest, IsShownToOthersWithItsOwner) {
  open(1);
  proto::Request request;
  request.mutable_config_status();

  const auto answer = ask(request, 2);

  ASSERT_EQ(answer.replies.front().config_status().candidates_size(), 1);
  const auto& candidate = answer.replies.front().config_status().candidates(0);
  EXPECT_EQ(candidate.who(), "anna");
  EXPECT_EQ(candidate.process(), 7u);
  EXPECT_FALSE(candidate.is_yours());
  EXPECT_FALSE(candidate.is_changed());
}

TEST_F(CandidateTest, ACheckTellsWhatWasForeseen) {
  backend_.foreseen.resets.push_back({"10.0.0.1", "password changed", 3});
  auto& neighbor = backend_.foreseen.routes.emplace_back();
  neighbor.name = "10.0.0.2";
  for (const auto* text : {"10.2.0.0/16", "10.1.0.0/16"}) neighbor.withdrawn.add(*rib::Prefix::parse(text));
  open();
  proto::Request request;
  request.mutable_check_candidate();

  const auto answer = ask(request);

  ASSERT_EQ(answer.end.code(), proto::Done::OK);
  const auto& found = answer.replies.front().consequences();
  EXPECT_EQ(found.resets(0).routes(), 3u);
  EXPECT_EQ(found.routes(0).withdrawn().count(), 2u);
  EXPECT_EQ(found.routes(0).withdrawn().first(0).address()[1], 1) << "in order";
  EXPECT_FALSE(found.is_merged());
}

TEST_F(CandidateTest, ACheckNamesAHundredPrefixesAtMost) {
  for (unsigned i = 0; i < 300; ++i)
    backend_.foreseen.own.announced.add(rib::Prefix(rib::IpAddress::v4(i << 16), 16));
  open();
  proto::Request request;
  request.mutable_check_candidate();

  const auto answer = ask(request);

  EXPECT_EQ(answer.replies.front().consequences().announced().count(), 300u);
  EXPECT_EQ(answer.replies.front().consequences().announced().first_size(), 100);
}

}  // namespace
}  // namespace bgpd::api
