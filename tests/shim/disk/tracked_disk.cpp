#include "tests/shim/disk/tracked_disk.hpp"

#include <algorithm>
#include <filesystem>

#include "tests/shim/disk/raw.hpp"

namespace airtrain::shim {
namespace {

std::string parent(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

}  // namespace

tracked_file::tracked_file(const std::string& path, std::string link) : link_(std::move(link)) {
  raw::link(path, link_);
  synced_length_ = raw::file{link_, O_RDONLY}.size();
}

tracked_file::~tracked_file() {
  raw::unlink(link_);
}

void tracked_file::keep_synced_bytes(std::uint64_t from, std::uint64_t to) {
  to = std::min(to, synced_length_);
  if (from >= to) return;
  overwritten_.push_back({from, raw::file{link_, O_RDONLY}.read(from, to - from)});
}

void tracked_file::will_write(std::uint64_t at, std::uint64_t count) {
  keep_synced_bytes(at, at + count);
}

void tracked_file::will_truncate(std::uint64_t length) {
  keep_synced_bytes(length, synced_length_);
}

void tracked_file::synced() {
  overwritten_.clear();
  synced_length_ = raw::file{link_, O_RDONLY}.size();
}

void tracked_file::leave(const std::string& copy, fate of_unsynced,
                         std::minstd_rand& random) const {
  std::filesystem::copy_file(link_, copy);
  const raw::file out{copy, O_RDWR};
  // Backwards: the oldest bytes are the synced ones.
  if (of_unsynced == fate::gone)
    for (auto one = overwritten_.rbegin(); one != overwritten_.rend(); ++one)
      raw::pwrite(out.descriptor(), one->before.data(), one->before.size(), one->at);
  const auto length = out.size();
  if (length <= synced_length_) return;
  const auto kept = of_unsynced == fate::some
                        ? synced_length_ + random() % (length - synced_length_ + 1)
                        : synced_length_;
  out.cut_to(kept);
  if (of_unsynced == fate::zeros) out.cut_to(length);
}

tracked_disk::tracked_disk(std::string root, std::string links)
    : root_(std::move(root)), links_(std::move(links)) {
  now_.directories.insert(root_);
  for (const auto& entry : std::filesystem::recursive_directory_iterator{root_})
    if (entry.is_directory())
      now_.directories.insert(entry.path());
    else
      created(entry.path());
  durable_ = now_;
}

std::shared_ptr<tracked_file> tracked_disk::file(const std::string& path) {
  const auto found = now_.files.find(path);
  return found == now_.files.end() ? nullptr : found->second;
}

std::shared_ptr<tracked_file> tracked_disk::created(const std::string& path) {
  auto made = std::make_shared<tracked_file>(path, links_ + "/" + std::to_string(++count_));
  now_.files[path] = made;
  return made;
}

void tracked_disk::renamed(const std::string& from, const std::string& to) {
  linked(from, to);
  now_.files.erase(from);
}

void tracked_disk::linked(const std::string& from, const std::string& to) {
  if (auto found = file(from)) now_.files[to] = std::move(found);
}

void tracked_disk::directory_synced(const std::string& path) {
  std::erase_if(durable_.files, [&](const auto& one) { return parent(one.first) == path; });
  std::erase_if(durable_.directories, [&](const auto& one) { return parent(one) == path; });
  for (const auto& one : now_.files)
    if (parent(one.first) == path) durable_.files.insert(one);
  for (const auto& one : now_.directories)
    if (parent(one) == path) durable_.directories.insert(one);
}

void tracked_disk::leave(const std::string& copy, unsigned seed) const {
  std::minstd_rand random(seed);
  random.discard(8);
  // A journal may have got further with names than the last sync of a directory.
  const auto& left = random() % 2 == 0 ? durable_ : now_;
  for (const auto& path : left.directories)
    if (path == root_ || std::filesystem::exists(copy + parent(path).substr(root_.size())))
      raw::make_directory(copy + path.substr(root_.size()));
  for (const auto& [path, file] : left.files) {
    const auto to = copy + path.substr(root_.size());
    if (!std::filesystem::exists(parent(to))) continue;  // its directory was never synced
    file->leave(to, static_cast<tracked_file::fate>(random() % 3), random);
  }
}

}  // namespace airtrain::shim
