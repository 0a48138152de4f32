#include "embed/raw_adapter.hpp"

#include <utility>

#include "embed/attempt_view.hpp"
#include "embed/own_thread.hpp"

namespace airtrain {
inline namespace v0 {

/// An attempt of the engine, and what is shown of it.
class delivery_task::work {
 public:
  work(attempt held, std::string_view connector)
      : held_(std::move(held)), view_(embed::view_of(held_.order().what, connector)) {}
  const delivery_view& view() const { return view_; }
  void complete(delivery_result result) { held_.complete(embed::verdict_of(std::move(result))); }

 private:
  attempt held_;
  delivery_view view_;
};

delivery_task::delivery_task(std::unique_ptr<work> what) : work_(std::move(what)) {}
delivery_task::delivery_task(delivery_task&&) noexcept = default;
delivery_task& delivery_task::operator=(delivery_task&&) noexcept = default;
delivery_task::~delivery_task() = default;

const delivery_view& delivery_task::what() const {
  AIRTRAIN_INVARIANT(work_ != nullptr);
  return work_->view();
}

void delivery_task::complete(delivery_result result) {
  AIRTRAIN_INVARIANT(work_ != nullptr);
  std::exchange(work_, nullptr)->complete(std::move(result));
}

}  // namespace v0
}  // namespace airtrain

namespace airtrain::embed {

void raw_adapter::deliver(std::vector<attempt> attempts) {
  const own_thread mark;
  for (auto& one : attempts)
    system_->deliver(delivery_task(std::make_unique<delivery_task::work>(std::move(one), name_)));
}

void raw_adapter::stop() {
  const own_thread mark;
  system_->stop();
}

}  // namespace airtrain::embed
