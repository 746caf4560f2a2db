#include "fib/vrf_view.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace fib {
namespace {

using Kind = KernelEvent::Kind;

KernelEvent link(std::uint32_t index, std::string name, std::uint32_t master = 0,
                 std::uint32_t vrf_table = 0) {
  KernelEvent event{};
  event.kind = Kind::LinkChanged;
  event.link.index = index;
  event.link.name = std::move(name);
  event.link.master = master;
  event.link.vrf_table = vrf_table;
  return event;
}

KernelEvent gone(std::uint32_t index) {
  KernelEvent event{};
  event.kind = Kind::LinkGone;
  event.link.index = index;
  return event;
}

KernelEvent address(std::uint32_t index, const char* text, Kind kind = Kind::AddressAdded) {
  KernelEvent event{};
  event.kind = kind;
  event.address.interface_index = index;
  event.address.address = *rib::IpAddress::parse(text);
  event.address.prefix_length = 24;
  return event;
}

/// "+2" a link, "-2" it is gone, "+2 10.0.0.1" an address of it.
std::vector<std::string> text_of(const std::vector<KernelEvent>& events) {
  std::vector<std::string> lines;
  for (const auto& event : events) {
    const bool is_link = event.kind == Kind::LinkChanged || event.kind == Kind::LinkGone;
    const bool is_gone = event.kind == Kind::LinkGone || event.kind == Kind::AddressGone;
    lines.push_back((is_gone ? "-" : "+") + (is_link ? std::to_string(event.link.index)
                                                     : std::to_string(event.address.interface_index) + " " +
                                                           event.address.address.to_string()));
  }
  return lines;
}

using Lines = std::vector<std::string>;

class VrfViewOfBlue : public testing::Test {
 protected:
  Lines pass(std::vector<KernelEvent> events) {
    std::vector<KernelEvent> told;
    view_.pass(std::move(events), told);
    return text_of(told);
  }
  VrfView view_{"blue"};
};

TEST_F(VrfViewOfBlue, TellsTheDeviceItsLinksAndTheirPorts) {
  EXPECT_EQ(
      pass({link(1, "lo"), link(2, "eth0", 9), link(3, "eth1"), link(4, "docker0", 9), link(5, "veth", 4),
            link(9, "blue", 0, 10), address(2, "10.0.0.1"), address(3, "10.0.1.1")}),
      (Lines{"+2", "+4", "+5", "+9", "+2 10.0.0.1"}));
  EXPECT_EQ(view_.table(), 10u);
}

TEST_F(VrfViewOfBlue, LosesALinkThatLeavesAndFindsOneThatComes) {
  pass({link(9, "blue", 0, 10), link(2, "eth0", 9), link(3, "eth1"), address(2, "10.0.0.1"),
        address(3, "10.0.1.1")});

  EXPECT_EQ(pass({link(2, "eth0", 0)}), (Lines{"-2 10.0.0.1", "-2"}));
  EXPECT_EQ(pass({link(3, "eth1", 9)}), (Lines{"+3", "+3 10.0.1.1"}));
  EXPECT_EQ(pass({address(3, "10.0.1.1", Kind::AddressGone), address(2, "10.0.0.1", Kind::AddressGone)}),
            (Lines{"-3 10.0.1.1"}));
}

TEST_F(VrfViewOfBlue, IsEmptyWithoutItsDevice) {
  EXPECT_EQ(pass({link(2, "eth0", 9), address(2, "10.0.0.1")}), Lines{});
  EXPECT_EQ(view_.table(), 0u);

  pass({link(9, "blue", 0, 10)});
  EXPECT_EQ(pass({gone(9)}), (Lines{"-9", "-2 10.0.0.1", "-2"}));
  EXPECT_EQ(view_.table(), 0u);
}

TEST_F(VrfViewOfBlue, IsNoPlaceWhenAnotherDeviceHasTheName) {
  EXPECT_EQ(pass({link(9, "blue"), link(2, "eth0", 9)}), Lines{});
  EXPECT_EQ(view_.table(), 0u);
}

TEST_F(VrfViewOfBlue, BecomesTheViewOfAnother) {
  pass({link(8, "red", 0, 11), link(9, "blue", 0, 10), link(2, "eth0", 9), link(3, "eth1", 8)});

  std::vector<KernelEvent> told;
  view_.set_name("red", told);
  EXPECT_EQ(text_of(told), (Lines{"-2", "+3", "+8", "-9"}));
  told.clear();
  view_.set_name("", told);
  EXPECT_EQ(text_of(told), (Lines{"+2", "+9"}));
}

}  // namespace
}  // namespace fib
