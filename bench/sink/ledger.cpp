#include "bench/sink/ledger.hpp"

#include <charconv>

namespace airtrain::bench {
namespace {

/// The digits at the end; 0 where there are none, so that a foreign key shows as a duplicate.
std::size_t number_at_end(std::string_view key) {
  const auto begin = key.find_last_not_of("0123456789") + 1;
  std::size_t number = 0;
  std::from_chars(key.data() + begin, key.data() + key.size(), number);
  return number;
}

}  // namespace

void ledger::add(std::string_view key) {
  if (kind_ == kind::none) return;
  ++(is_new(key) ? unique_ : duplicates_);
}

bool ledger::is_new(std::string_view key) {
  if (kind_ == kind::keys) return ++keys_[std::string{key}] == 1;
  constexpr std::size_t numbers_max = 1u << 31;
  const auto number = number_at_end(key);
  if (number >= numbers_max) return false;
  if (number >= numbers_.size()) numbers_.resize(number + number / 2 + 1024);
  if (numbers_[number]) return false;
  return numbers_[number] = true;
}

void ledger::clear() {
  *this = ledger(kind_);
}

std::string ledger::text() const {
  std::string all;
  for (const auto& [key, count] : keys_) all.append(key).append(1, '\n');
  for (std::size_t i = 0; i < numbers_.size(); ++i)
    if (numbers_[i]) all.append(std::to_string(i)).append(1, '\n');
  return all;
}

}  // namespace airtrain::bench
