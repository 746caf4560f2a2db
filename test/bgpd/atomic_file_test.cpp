#include "bgpd/atomic_file.hpp"

#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <sstream>

#include "test/support/temporary_folder.hpp"

namespace bgpd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kOld(20'000, 'o'), kNew(60'000, 'n');

struct Call {
  std::uint64_t number = 0, first_argument = 0;
};

/// What a child did before it was stopped, or ended.
struct Traced {
  bool is_possible = true;  // some sandboxes allow no tracing
  bool ended = false;
  std::vector<Call> calls;
};

/// Runs `work` in a child and kills it as it makes its system call number `last`, before the kernel does it.
Traced run_until_call(std::size_t last, const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(2);
    ::raise(SIGSTOP);
    work();
    ::_exit(0);
  }
  Traced traced;
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFSTOPPED(status)) return {.is_possible = false, .calls = {}};
  ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  while (::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) == 0 && ::waitpid(child, &status, 0) == child) {
    if (!WIFSTOPPED(status)) break;
    if (WSTOPSIG(status) != (SIGTRAP | 0x80)) continue;
    __ptrace_syscall_info info{};
    ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info);
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY) continue;
    traced.calls.push_back({info.entry.nr, info.entry.args[0]});
    if (traced.calls.size() < last) continue;
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    return traced;
  }
  traced.ended = true;
  return traced;
}

constexpr int kNotPossible = 77;

class AtomicFileTest : public testing::Test {
 protected:
  /// The work mounts; it ends with 0 when all is as it should be, or with kNotPossible.
  void run_in_child(int (*work)(const std::string& folder)) const {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work(folder_.path));
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == kNotPossible) GTEST_SKIP() << "this user cannot mount";

    EXPECT_EQ(status, 0) << WEXITSTATUS(status);
  }

  std::string content() const {
    std::ostringstream all;
    all << std::ifstream(path_).rdbuf();
    return all.str();
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path))
      all.push_back(entry.path().filename());
    return all;
  }
  void write_old() { ASSERT_TRUE(write_atomically(path_, kOld)); }

  TemporaryFolder folder_;
  const std::string path_ = folder_.path + "/kulan.conf";
};

TEST_F(AtomicFileTest, AWriterThatIsKilledAnywhereLeavesTheOldOrTheNewWhole) {
  bool was_old = false, was_new = false;
  for (std::size_t last = 1;; ++last) {
    write_old();
    const auto traced = run_until_call(last, [&] { static_cast<void>(write_atomically(path_, kNew)); });
    if (!traced.is_possible) GTEST_SKIP() << "processes cannot be traced here";
    const auto found = content();
    EXPECT_TRUE(found == kOld || found == kNew)
        << "killed at call " << last << ": " << found.size() << " octets";
    (found == kOld ? was_old : was_new) = true;
    if (traced.ended) break;
  }

  EXPECT_TRUE(was_old && was_new);
  write_old();
  EXPECT_THAT(names(), ElementsAre("kulan.conf")) << "what the killed ones left is gone";
}

/// What a power cut keeps is what was synced: the octets before the name points to them, then the name.
TEST_F(AtomicFileTest, TheContentIsOnDiskBeforeItsNameAndTheNameBeforeTheEnd) {
  write_old();
  const auto traced = run_until_call(SIZE_MAX, [&] { static_cast<void>(write_atomically(path_, kNew)); });
  if (!traced.is_possible) GTEST_SKIP() << "processes cannot be traced here";

  std::string order;
  std::optional<std::uint64_t> written;
  for (const auto& [number, argument] : traced.calls) {
    if (number == SYS_write) written = argument;
    if (number == SYS_write && !order.ends_with("write ")) order += "write ";
    if (number == SYS_fsync)
      order += argument == written && !order.contains("rename") ? "sync-file " : "sync-folder ";
    const bool renames = number == SYS_renameat || number == SYS_renameat2
#ifdef SYS_rename
                         || number == SYS_rename
#endif
        ;
    if (renames) order += "rename ";
  }
  EXPECT_EQ(order, "write sync-file rename sync-folder ");
}

TEST_F(AtomicFileTest, AFileThatIsTooLargeIsNoneAndTheOldOneStays) {
  write_old();
  const auto traced = ::fork();
  if (traced == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{kNew.size() / 2, kNew.size() / 2};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(write_atomically(path_, kNew) ? 1 : 0);
  }
  int status = 0;
  ::waitpid(traced, &status, 0);

  EXPECT_EQ(status, 0) << "it is said";
  EXPECT_EQ(content(), kOld);
  EXPECT_THAT(names(), ElementsAre("kulan.conf"));
}

/// Runs in a child with a disk of 64 KiB: 0 when all is as it should be.
int write_on_a_full_disk(const std::string& folder) {
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("none", folder.c_str(), "tmpfs", 0, "size=64k") != 0)
    return kNotPossible;
  const auto path = folder + "/kulan.conf";
  if (!write_atomically(path, kOld)) return 1;
  const auto written = write_atomically(path, kNew);
  if (written || !written.error().contains("No space left on device")) return 2;
  if (read_file(path) != kOld) return 3;
  return std::distance(std::filesystem::directory_iterator(folder), {}) == 1 ? 0 : 4;
}

TEST_F(AtomicFileTest, AFullDiskLosesNothing) { run_in_child(write_on_a_full_disk); }

/// Runs in a child that mounts one file over another, as a container's engine does: 0 when all is as it
/// should be.
int write_a_mounted_file(const std::string& folder) {
  const auto path = folder + "/kulan.conf", host = folder + "/host", mounted = host + "/kulan.conf";
  std::filesystem::create_directory(host);
  std::ofstream(path).flush();
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("none", host.c_str(), "tmpfs", 0, "size=64k") != 0 || !std::ofstream(mounted).flush() ||
      ::mount(mounted.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0)
    return kNotPossible;
  if (!write_atomically(path, kNew) || read_file(mounted) != kNew) return 1;
  if (!write_atomically(path, kOld) || read_file(mounted) != kOld) return 2;
  const auto written = write_atomically(path, kNew + kNew);
  if (written || !written.error().contains("No space left on device")) return 3;
  if (read_file(mounted) != kOld) return 4;
  return std::distance(std::filesystem::directory_iterator(folder), {}) == 2 ? 0 : 5;
}

TEST_F(AtomicFileTest, AMountedFileIsWrittenWhereItStands) { run_in_child(write_a_mounted_file); }

TEST_F(AtomicFileTest, OnlyWhatTheDeadLeftIsRemoved) {
  const pid_t dead = ::fork();
  if (dead == 0) ::_exit(0);
  ::waitpid(dead, nullptr, 0);
  const auto beside = [&](const std::string& name) {
    return std::ofstream(folder_.path + "/" + name).put('x').good();
  };
  ASSERT_TRUE(beside("kulan.conf.new." + std::to_string(dead)));
  const auto living = "kulan.conf.new." + std::to_string(::getppid());
  for (const auto& name : {living, std::string("kulan.conf.new.1x"), std::string("kulan.conf.new."),
                           std::string("other.conf.new." + std::to_string(dead))})
    ASSERT_TRUE(beside(name));

  write_old();

  EXPECT_THAT(names(),
              testing::UnorderedElementsAre("kulan.conf", living, "kulan.conf.new.1x", "kulan.conf.new.",
                                            "other.conf.new." + std::to_string(dead)));
}

}  // namespace
}  // namespace bgpd
