#include "connectors/file_connector.hpp"

#include <iterator>
#include <utility>

#include "connectors/cloud_event.hpp"
#include "connectors/mapping_verdict.hpp"

namespace airtrain {
namespace {

verdict written() {
  verdict result;
  result.outcome = answer_class::delivered;
  return result;
}

verdict not_written(const std::string& message) {
  verdict result;
  result.why = reason::write_failed;
  result.message = message;
  return result;
}

}  // namespace

file_connector::file_connector(std::unique_ptr<rotated_file> file, std::optional<expression> when)
    : file_(std::move(file)), when_(std::move(when)), writer_([this] { run(); }) {}

file_connector::~file_connector() {
  stop();
  writer_.join();
}

void file_connector::deliver(std::vector<attempt> attempts) {
  {
    std::lock_guard lock(mutex_);
    std::move(attempts.begin(), attempts.end(), std::back_inserter(waiting_));
  }
  wake_.notify_one();
}

void file_connector::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
}

void file_connector::run() {
  for (;;) {
    std::vector<attempt> taken;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      taken.swap(waiting_);
    }
    write(std::move(taken));
  }
}

void file_connector::write(std::vector<attempt> attempts) {
  std::string lines;
  std::vector<attempt*> in_lines;
  for (auto& work : attempts) {
    const event_view event(work.order().what.event);
    if (auto rejected = rejected_by_when(when_, event)) {
      work.complete(std::move(*rejected));
      continue;
    }
    append_cloud_event_line(lines, event.get());
    in_lines.push_back(&work);
  }
  if (in_lines.empty()) return;
  const auto appended = file_->append(lines);
  for (auto* work : in_lines) work->complete(appended ? written() : not_written(appended.error()));
}

}  // namespace airtrain
