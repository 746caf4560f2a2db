#include "bgpd/atomic_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>

namespace bgpd {
namespace {

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

std::unexpected<std::string> failure(std::string_view step, const std::string& path) {
  return std::unexpected(std::string(step) + ' ' + path + ": " + std::strerror(errno));
}

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// "kulan.conf.new.4711": the file that process 4711 writes kulan.conf anew in.
constexpr std::string_view kBeside = ".new.";

/// The process whose temporary file for `target` this is; nothing for other files.
std::optional<pid_t> writer_of(const std::string& name, const std::string& target) {
  const auto head = target + std::string(kBeside);
  pid_t writer = 0;
  const auto* end = name.data() + name.size();
  if (!name.starts_with(head)) return std::nullopt;
  const auto [at, error] = std::from_chars(name.data() + head.size(), end, writer);
  return error == std::errc{} && at == end && writer > 0 ? std::optional(writer) : std::nullopt;
}

/// The room is taken first: a full disk is found out before an octet of the old content is lost.
std::expected<void, std::string> write_in_place(const std::string& path, std::string_view content) {
  File file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  struct stat old {};
  if (!file.is_open() || ::fstat(file.get(), &old) != 0) return failure("cannot open", path);
  const auto size = static_cast<off_t>(content.size());
  const int error = size > old.st_size ? ::posix_fallocate(file.get(), 0, size) : 0;
  if (error != 0) {
    static_cast<void>(::ftruncate(file.get(), old.st_size));
    errno = error;
    return failure("cannot write", path);
  }
  if (!write_all(file.get(), content) || ::ftruncate(file.get(), size) != 0 || ::fsync(file.get()) != 0)
    return failure("cannot write", path);
  return {};
}

bool is_gone(pid_t process) { return ::kill(process, 0) != 0 && errno == ESRCH; }

/// Those of writers that were killed, or whose power was cut.
void remove_leftovers(const std::filesystem::path& target) {
  std::error_code ignored;
  const auto folder = target.parent_path();
  for (std::filesystem::directory_iterator at(folder.empty() ? "." : folder, ignored), end;
       !ignored && at != end; at.increment(ignored)) {
    const auto writer = writer_of(at->path().filename().string(), target.filename().string());
    if (writer && is_gone(*writer)) ::unlink(at->path().c_str());
  }
}

}  // namespace

std::expected<void, std::string> write_atomically(const std::string& path, std::string_view content,
                                                  unsigned mode) {
  // Behind a symbolic link (a file managed elsewhere) the link's target is replaced, not the link.
  std::error_code ignored;
  auto target = std::filesystem::weakly_canonical(path, ignored).string();
  if (ignored) target = path;
  struct stat existing {};
  if (::stat(target.c_str(), &existing) == 0) mode = existing.st_mode & 07777;

  remove_leftovers(target);
  const auto temporary = target + std::string(kBeside) + std::to_string(::getpid());
  {
    File file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (!file.is_open()) return failure("cannot create", temporary);
    if (!write_all(file.get(), content) || ::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0) {
      auto why = failure("cannot write", temporary);
      ::unlink(temporary.c_str());
      return why;
    }
  }
  if (::rename(temporary.c_str(), target.c_str()) != 0) {
    // A mount point, such as one file of the host in a container, stays; until it is written, the text is
    // beside it.
    std::expected<void, std::string> done;
    if (errno == EBUSY)
      done = write_in_place(target, content);
    else
      done = failure("cannot replace", target);
    ::unlink(temporary.c_str());
    return done;
  }
  auto folder = std::filesystem::path(target).parent_path().string();
  if (folder.empty()) folder = ".";
  File directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.is_open()) ::fsync(directory.get());
  return {};
}

std::expected<std::string, std::string> read_file(const std::string& path, std::size_t limit) {
  File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return failure("cannot open", path);
  std::string content;
  char buffer[16384];
  for (;;) {
    const auto count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("cannot read", path);
    if (count == 0) return content;
    content.append(buffer, static_cast<std::size_t>(count));
    if (content.size() > limit)
      return std::unexpected(path + ": larger than " + std::to_string(limit) + " octets");
  }
}

}  // namespace bgpd
