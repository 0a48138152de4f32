#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/delivery.hpp"

namespace airtrain::embedded {

/// An ascending list of deliveries as deltas of their sequence numbers: the open lists of cursors
/// and the rows of parked ones. About a byte per delivery where they are dense.
class key_list_encoder {
 public:
  /// Keys come in ascending order.
  void add(delivery_key key);
  std::string take() { return std::move(bytes_); }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::string bytes_;
  std::uint64_t last_ = 0;
};

std::string encode_key_list(const std::vector<delivery_key>& keys);
/// Nothing when the bytes are not such a list.
std::optional<std::vector<delivery_key>> decode_key_list(std::string_view bytes);

}  // namespace airtrain::embedded
