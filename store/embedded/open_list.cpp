#include "store/embedded/open_list.hpp"

#include <algorithm>

#include "messages/invariant.hpp"

namespace airtrain::embedded {
namespace {
constexpr std::size_t squeeze_min = 64;
}

void open_list::add(const entry& what) {
  AIRTRAIN_INVARIANT(!what.gone);
  ++alive_;
  if (!what.taken) ++returned_;
  if (entries_.empty() || entries_.back().key < what.key) {
    entries_.push_back(what);
    return;
  }
  const auto at =
      std::lower_bound(entries_.begin(), entries_.end(), what.key,
                       [](const entry& e, const delivery_key& key) { return e.key < key; });
  if (at->key == what.key) {
    AIRTRAIN_INVARIANT(at->gone);
    *at = what;
    begin_ = std::min(begin_, static_cast<std::size_t>(at - entries_.begin()));
    return;
  }
  begin_ = std::min(begin_, static_cast<std::size_t>(at - entries_.begin()));
  entries_.insert(at, what);
}

const open_list::entry* open_list::find(delivery_key key) const {
  const auto at =
      std::lower_bound(entries_.begin() + static_cast<std::ptrdiff_t>(begin_), entries_.end(), key,
                       [](const entry& e, const delivery_key& k) { return e.key < k; });
  return at == entries_.end() || at->key != key || at->gone ? nullptr : &*at;
}

open_list::entry* open_list::find(delivery_key key) {
  return const_cast<entry*>(static_cast<const open_list*>(this)->find(key));
}

void open_list::remove(entry& what) {
  AIRTRAIN_INVARIANT(!what.gone && alive_ > 0);
  if (!what.taken) --returned_;
  what.gone = true;
  --alive_;
  while (begin_ < entries_.size() && entries_[begin_].gone) ++begin_;
  drop_gone();
}

void open_list::drop_gone() {
  if (alive_ == 0) {
    entries_.clear();
    begin_ = 0;
    return;
  }
  if (entries_.size() < squeeze_min || entries_.size() < 2 * alive_) return;
  std::erase_if(entries_, [](const entry& e) { return e.gone; });
  begin_ = 0;
}

void open_list::take(entry& what) {
  if (what.taken) return;
  what.taken = true;
  --returned_;
}

void open_list::give_back(entry& what) {
  if (!what.taken) return;
  what.taken = false;
  ++returned_;
}

void open_list::give_back_all() {
  for (auto& e : entries_)
    if (!e.gone) give_back(e);
}

const open_list::entry* open_list::first() const {
  return alive_ == 0 ? nullptr : &entries_[begin_];
}

}  // namespace airtrain::embedded
