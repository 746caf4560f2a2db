#include <gmock/gmock.h>

#include "bgpd/api/handlers.hpp"
#include "test/bgpd/api/fake_backend.hpp"

namespace bgpd::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// 10.0.0.0/8 by 65001 with two communities; 10.1.0.0/16 by 65002 65001 with one; 172.16.0.0/16 by 65002 with
/// large ones; 192.168.5.0/24, our own.
class RouteFilterTest : public testing::Test {
 protected:
  RouteFilterTest() {
    const auto peer = backend_.establish("192.168.77.2");
    backend_.connect("192.168.77.0/24");
    auto attributes = by({65001});
    attributes.communities = {rib::Community{65001u << 16 | 1}, rib::kNoExport};
    backend_.receive(peer, "10.0.0.0/8", attributes);
    attributes = by({65002, 65001});
    attributes.communities = {rib::Community{65001u << 16 | 1}};
    backend_.receive(peer, "10.1.0.0/16", attributes);
    attributes = by({65002});
    attributes.rare.edit().large_communities = {rib::LargeCommunity{1, 2, 3}, rib::LargeCommunity{4, 5, 6}};
    backend_.receive(peer, "172.16.0.0/16", attributes);
    backend_.originate("192.168.5.0/24");
  }

  static rib::PathAttributes by(std::initializer_list<rib::AsNumber> path) {
    rib::PathAttributes attributes;
    attributes.origin = rib::Origin::Igp;
    attributes.local_pref = 100;
    attributes.next_hop = *rib::IpAddress::parse("192.168.77.2");
    attributes.as_path = rib::AsPath::sequence(path);
    return attributes;
  }

  /// What of the table fits, page by page; the pages together look at everything.
  std::vector<std::string> found(const proto::RouteFilter& filter) {
    std::vector<std::string> prefixes;
    proto::Request request;
    auto& list = *request.mutable_routes();
    list.set_family(proto::IPV4_UNICAST);
    list.set_limit(1);
    *list.mutable_filter() = filter;
    Lookahead ahead;
    for (;;) {
      Replies replies;
      end_ = handle_whole(request, {.may_change = false, .ahead = &ahead}, backend_, replies);
      if (end_.code() != proto::Done::OK) return prefixes;
      const auto& page = replies.front().routes();
      EXPECT_LE(page.destinations_size(), 1);
      for (const auto& destination : page.destinations())
        prefixes.push_back(prefix_from(destination.prefix())->to_string());
      if (!page.has_next()) return prefixes;
      *list.mutable_after() = page.next();
    }
  }

  FakeBackend backend_;
  proto::RouteFilter filter_;
  proto::Done end_;
};

TEST_F(RouteFilterTest, WithoutAWishAllFit) { EXPECT_EQ(found(filter_).size(), 4u); }

TEST_F(RouteFilterTest, CidrOnlyLeavesOutWhatClassesHad) {
  EXPECT_THAT(found(filter_), testing::Contains("10.0.0.0/8"));
  filter_.set_cidr_only(true);

  EXPECT_THAT(found(filter_), ElementsAre("10.1.0.0/16"));
}

TEST_F(RouteFilterTest, AnExpressionReadsTheAsPath) {
  filter_.set_as_path("_65001$");
  EXPECT_THAT(found(filter_), ElementsAre("10.0.0.0/8", "10.1.0.0/16"));

  filter_.set_as_path("^$");
  EXPECT_THAT(found(filter_), ElementsAre("192.168.5.0/24"));

  filter_.set_as_path("[");
  found(filter_);
  EXPECT_EQ(end_.code(), proto::Done::INVALID);
  EXPECT_THAT(end_.message(), testing::HasSubstr("Can't compile regexp ["));
}

TEST_F(RouteFilterTest, AllCommunitiesMustBeThere) {
  filter_.set_any_community(true);
  EXPECT_THAT(found(filter_), ElementsAre("10.0.0.0/8", "10.1.0.0/16"));

  filter_.add_communities(65001u << 16 | 1);
  EXPECT_THAT(found(filter_), ElementsAre("10.0.0.0/8", "10.1.0.0/16"));
  filter_.set_exact(true);
  EXPECT_THAT(found(filter_), ElementsAre("10.1.0.0/16"));

  filter_.add_communities(rib::kNoExport.value);
  EXPECT_THAT(found(filter_), ElementsAre("10.0.0.0/8"));
}

TEST_F(RouteFilterTest, LargeOnesLikewise) {
  for (const std::uint32_t part : {1u, 2u, 3u}) filter_.add_large_communities(part);
  EXPECT_THAT(found(filter_), ElementsAre("172.16.0.0/16"));

  filter_.set_exact(true);
  EXPECT_THAT(found(filter_), IsEmpty());
}

TEST_F(RouteFilterTest, APageEndsWhenManyPathsWereLookedAtInVain) {
  constexpr int kPeers = 20, kPrefixes = 1000;
  std::vector<std::string> prefixes;
  for (int i = 0; i < kPrefixes; ++i)
    prefixes.push_back("10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".0/24");
  for (int i = 0; i < kPeers; ++i)
    backend_.receive(backend_.establish(("192.168.77." + std::to_string(10 + i)).c_str()), prefixes);
  proto::Request request;
  request.mutable_routes()->set_family(proto::IPV4_UNICAST);
  request.mutable_routes()->mutable_filter()->set_as_path("_99_");
  Replies replies;

  handle_whole(request, {.may_change = false}, backend_, replies);

  const auto& page = replies.front().routes();
  EXPECT_EQ(page.destinations_size(), 0);
  ASSERT_TRUE(page.has_next());
  EXPECT_LT(*prefix_from(page.next()), *rib::Prefix::parse("10.3.240.0/24"));
}

TEST_F(RouteFilterTest, AListingGoesOnWithTheListsOfItsFirstPage) {
  auto& policy = backend_.config.policy;
  policy.prefix_lists[0]["P"].rules[5] = {.prefix = *rib::Prefix::parse("10.0.0.0/8"), .le = 16};
  proto::Request request;
  auto& list = *request.mutable_routes();
  list.set_family(proto::IPV4_UNICAST);
  list.set_limit(1);
  list.mutable_filter()->set_prefix_list("P");
  ListingFilter kept;
  const auto ask = [&] {
    Replies replies;
    end_ = handle_whole(request, {.may_change = false, .filter = &kept}, backend_, replies);
    if (end_.code() == proto::Done::OK) *list.mutable_after() = replies.front().routes().next();
    return end_.code();
  };

  EXPECT_EQ(ask(), proto::Done::OK);
  policy.prefix_lists[0] = {};
  EXPECT_EQ(ask(), proto::Done::OK);
  list.mutable_filter()->set_prefix_list("Q");
  EXPECT_EQ(ask(), proto::Done::NOT_FOUND) << "another listing";
  list.mutable_filter()->set_prefix_list("P");
  list.clear_after();
  EXPECT_EQ(ask(), proto::Done::NOT_FOUND) << "begun anew";
}

TEST_F(RouteFilterTest, ListsAreThoseOfTheConfiguration) {
  auto& policy = backend_.config.policy;
  policy.community_lists["C"].rules[5] = {.permit = true, .values = {{65001u << 16 | 1}}};
  policy.prefix_lists[0]["P"].rules[5] = {.prefix = *rib::Prefix::parse("10.0.0.0/8"), .le = 16};
  policy.as_path_lists["A"].rules[5] = {.expression = "^65002"};

  filter_.set_community_list("C");
  EXPECT_THAT(found(filter_), ElementsAre("10.0.0.0/8", "10.1.0.0/16"));
  filter_.set_exact(true);
  EXPECT_THAT(found(filter_), ElementsAre("10.1.0.0/16"));
  filter_.Clear();
  filter_.set_prefix_list("P");
  EXPECT_THAT(found(filter_), ElementsAre("10.0.0.0/8", "10.1.0.0/16"));
  filter_.set_as_path_list("A");
  EXPECT_THAT(found(filter_), ElementsAre("10.1.0.0/16"));

  filter_.set_community_list("NONE");
  found(filter_);
  EXPECT_EQ(end_.code(), proto::Done::NOT_FOUND);
  EXPECT_EQ(end_.message(), "NONE community-list not found");
}

}  // namespace
}  // namespace bgpd::api
