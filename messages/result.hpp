#pragma once

#include <tl/expected.hpp>

namespace airtrain {

/// A value, or why there is none. Expected failures travel as values; exceptions only at the edges.
template <class T, class E>
using result = tl::expected<T, E>;

/// Makes the failing side of a `result`.
template <class E>
auto failure(E&& error) {
  return tl::make_unexpected(std::forward<E>(error));
}

}  // namespace airtrain
