#include "store/embedded/event_sizes.hpp"

#include <fmt/format.h>

#include "store/embedded/keys.hpp"

namespace airtrain::embedded {

event_sizes::event_sizes(database& db, const block_index_builder& incomplete, std::uint64_t head)
    : db_(db),
      incomplete_(incomplete.sizes()),
      last_block_(block_of(head)),
      block_(last_block_),
      sizes_(incomplete_) {}

result<std::uint64_t, store_error> event_sizes::of(std::uint64_t seq) {
  if (block_of(seq) != block_)
    if (auto error = read(block_of(seq)); error.code != store_error_code::none)
      return failure(std::move(error));
  const auto offset = seq % block_events;
  return offset < sizes_.size() ? sizes_[offset] : 0;
}

store_error event_sizes::read(std::uint64_t block) {
  block_ = block;
  if (block >= last_block_) {
    sizes_ = incomplete_;
    return {};
  }
  const auto row = db_.get(family::rix, block_key(block));
  if (!row) return row.error();
  const auto view = *row ? block_index_view::read(**row) : std::nullopt;
  auto sizes = view ? view->sizes() : std::nullopt;
  if (!sizes)
    return {store_error_code::damaged, fmt::format("rix: the index of block {} is damaged", block)};
  sizes_ = std::move(*sizes);
  return {};
}

}  // namespace airtrain::embedded
