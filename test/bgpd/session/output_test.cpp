// What a session sends, and in which order, when the peer reads slowly or not at all. RFC 4271 §4.4, RFC
// 9687.
#include "bgpd/session/output_queue.hpp"

#include <gtest/gtest.h>

#include "test/bgpd/session/passive_peer.hpp"

namespace bgpd::session {
namespace {

/// Messages of one length, each filled with its number.
class NumberedMessages : public OutputSource {
 public:
  explicit NumberedMessages(std::size_t count, std::size_t length = 1000) : length_(length) {
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<std::uint8_t> message(length, static_cast<std::uint8_t>(i));
      wire::ByteWriter writer(message);
      wire::begin_message(writer, wire::MessageType::Update);
      message[16] = static_cast<std::uint8_t>(length >> 8);
      message[17] = static_cast<std::uint8_t>(length);
      octets_.insert(octets_.end(), message.begin(), message.end());
    }
  }
  std::size_t gather(std::vector<Octets>& ranges, std::size_t limit) override {
    const auto start = unfinished();
    const auto whole = limit <= start ? 0 : std::max<std::size_t>(1, (limit - start) / length_) * length_;
    const auto size = std::min(start + whole, octets_.size() - sent_);
    if (size != 0) ranges.push_back(Octets(octets_).subspan(sent_, size));
    return size;
  }
  Completed consume(std::size_t octets) override {
    const auto before = sent_ / length_;
    sent_ += octets;
    return {.updates = sent_ / length_ - before};
  }
  std::size_t unfinished() const override { return sent_ % length_ == 0 ? 0 : length_ - sent_ % length_; }
  bool is_drained() const { return sent_ == octets_.size(); }

 private:
  std::size_t length_;
  std::vector<std::uint8_t> octets_;
  std::size_t sent_ = 0;
};

using SessionOutput = PassivePeer;

TEST_F(SessionOutput, WritesAllThatTheSourceHas) {
  auto puppet = establish();
  NumberedMessages source(2000);
  peer().set_output(&source);

  peer().output_ready();
  world.run_for(1s);

  EXPECT_TRUE(source.is_drained());
  EXPECT_EQ(puppet->messages().size(), 2u + 2000u);
  EXPECT_EQ(peer().counters().sent.updates, 2000u);
}

TEST_F(SessionOutput, KeepalivesStandBetweenTheMessagesOfASlowPeer) {
  auto puppet = establish();
  NumberedMessages source(500, 777);
  peer().set_output(&source);
  puppet->stream->end(0).stalled = true;
  peer().output_ready();
  world.run_for(4s);  // a KEEPALIVE became due while the peer did not read
  EXPECT_FALSE(source.is_drained());

  puppet->stream->end(0).stalled = false;
  puppet->stream->read(0);
  world.run_for(1s);

  EXPECT_TRUE(source.is_drained());
  const auto messages = puppet->messages();
  EXPECT_EQ(std::ranges::count(messages, wire::MessageType::Update, [](const auto& m) { return m.first; }),
            500);
  EXPECT_GE(std::ranges::count(messages, wire::MessageType::Keepalive, [](const auto& m) { return m.first; }),
            2);
}

TEST_F(SessionOutput, ANotificationFollowsTheRestOfAMessageSentInPart) {
  auto puppet = establish();
  NumberedMessages source(500, 777);
  peer().set_output(&source);
  puppet->stream->end(0).stalled = true;
  peer().output_ready();
  world.run_for(10ms);
  ASSERT_NE(source.unfinished(), 0u);
  puppet->stream->end(0).stalled = false;
  puppet->stream->read(0);  // there is room now, and nothing was written since

  peer().clear(world.now());

  EXPECT_EQ(puppet->notification(), wire::Notification(wire::CeaseReason::AdministrativeReset));
}

TEST_F(SessionOutput, ASourceTakenAwayLeavesNoHalfMessage) {
  auto puppet = establish();
  NumberedMessages source(500, 777);
  peer().set_output(&source);
  puppet->stream->end(0).stalled = true;
  peer().output_ready();
  world.run_for(10ms);
  ASSERT_NE(source.unfinished(), 0u);

  peer().set_output(nullptr);
  puppet->stream->end(0).stalled = false;
  puppet->stream->read(0);
  world.run_for(1s);
  peer().clear(world.now());

  EXPECT_EQ(puppet->notification(), wire::Notification(wire::CeaseReason::AdministrativeReset));
}

TEST_F(SessionOutput, APeerThatDoesNotReadIsClosedBySendHoldTimer) {  // RFC 9687
  auto puppet = establish();
  NumberedMessages source(500);
  peer().set_output(&source);
  puppet->stream->end(0).stalled = true;
  peer().output_ready();

  for (int i = 0; i < 95; ++i) {
    world.run_for(5s);
    puppet->send_keepalive();
  }
  EXPECT_TRUE(peer().is_established());  // 475 s
  for (int i = 0; i < 2; ++i) {
    world.run_for(5s);
    puppet->send_keepalive();
  }

  EXPECT_FALSE(peer().is_established());
  EXPECT_THAT(us.handler.told, testing::Contains("down 10.0.0.2: Send Hold Timer Expired"));
}

}  // namespace
}  // namespace bgpd::session
