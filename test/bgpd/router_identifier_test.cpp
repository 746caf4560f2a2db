#include "bgpd/router_identifier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "bgpd/atomic_file.hpp"

namespace bgpd {
namespace {

using Origin = RouterIdentifier::Origin;
using testing::HasSubstr;
using testing::IsEmpty;

class RouterIdentifierTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "kulan-identifier-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  void store(const std::string& content) { std::ofstream(file()) << content; }
  std::string file() const { return directory_ + "/router-id"; }

  std::string directory_;
};

TEST_F(RouterIdentifierTest, ConfiguredWinsAndIsNotStored) {
  store("10.0.0.9\n");

  const auto identifier = router_identifier(0x0a000001, directory_, "seed");

  EXPECT_EQ(identifier.value, 0x0a000001u);
  EXPECT_EQ(identifier.origin, Origin::Configured);
  EXPECT_EQ(read_file(file()), "10.0.0.9\n");
}

TEST_F(RouterIdentifierTest, DerivedAtTheFirstStartStaysWhateverTheMachineBecomes) {
  const auto first = router_identifier({}, directory_, "seed");
  EXPECT_EQ(first.origin, Origin::Derived);
  EXPECT_THAT(first.warning, IsEmpty());

  const auto second = router_identifier({}, directory_, "another seed");
  EXPECT_EQ(second.origin, Origin::Stored);
  EXPECT_EQ(second.value, first.value);
}

TEST_F(RouterIdentifierTest, MakesTheStateDirectory) {
  const auto first = router_identifier({}, directory_ + "/a/b", "seed");
  EXPECT_THAT(first.warning, IsEmpty());
  EXPECT_EQ(router_identifier({}, directory_ + "/a/b", "x").value, first.value);
}

TEST_F(RouterIdentifierTest, AFileWithoutSenseIsReplacedAndSaid) {
  for (const std::string content : {"", "hello", "0.0.0.0\n", "fe80::1", "10.0.0.1 10.0.0.2"}) {
    store(content);

    const auto identifier = router_identifier({}, directory_, "seed");

    EXPECT_EQ(identifier.value, derived_identifier("seed")) << content;
    EXPECT_THAT(identifier.warning, HasSubstr("router-id"));
    EXPECT_EQ(router_identifier({}, directory_, "x").origin, Origin::Stored);
  }
}

TEST_F(RouterIdentifierTest, AStateDirectoryThatCannotBeWrittenIsAWarning) {
  store("");  // a file where the directory should be

  const auto identifier = router_identifier({}, file(), "seed");

  EXPECT_EQ(identifier.value, derived_identifier("seed"));
  EXPECT_THAT(identifier.warning, HasSubstr("not kept"));
}

TEST(DerivedIdentifier, IsTheSameForTheSameSeedAndDiffersByMachine) {
  EXPECT_EQ(derived_identifier("a"), derived_identifier("a"));

  std::set<rib::BgpIdentifier> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(derived_identifier("machine/" + std::to_string(i)));
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(DerivedIdentifier, LooksLikeAHost) {  // RFC 6286 §2.1 wants non-zero; people want no multicast address
  for (int i = 0; i < 20000; ++i) {
    const auto identifier = derived_identifier(std::to_string(i));
    const auto first = identifier >> 24, last = identifier & 0xff;
    EXPECT_TRUE(first > 0 && first < 224 && first != 127 && last > 0 && last < 255) << identifier;
  }
}

TEST(MachineSeed, IsNotEmpty) { EXPECT_GT(machine_seed().size(), 1u); }

}  // namespace
}  // namespace bgpd
