#include "http/egress.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace airtrain::http {
namespace {

namespace ip = boost::asio::ip;
using v6_bytes = ip::address_v6::bytes_type;

constexpr v6_bytes cloud_metadata{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54};
constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::array<unsigned char, 12> compatible{};
constexpr std::array<unsigned char, 12> nat64{0x00, 0x64, 0xff, 0x9b};

bool denied(const ip::address_v4& address) {
  const auto bytes = address.to_bytes();
  return bytes[0] == 169 && bytes[1] == 254;
}

std::optional<ip::address_v4> embedded(const v6_bytes& bytes) {
  for (const auto& prefix : {mapped, compatible, nat64}) {
    if (std::equal(prefix.begin(), prefix.end(), bytes.begin()))
      return ip::address_v4({bytes[12], bytes[13], bytes[14], bytes[15]});
  }
  if (bytes[0] == 0x20 && bytes[1] == 0x02)  // 6to4
    return ip::address_v4({bytes[2], bytes[3], bytes[4], bytes[5]});
  return std::nullopt;
}

bool denied(const ip::address_v6& address) {
  const auto bytes = address.to_bytes();
  if (address.is_link_local() || bytes == cloud_metadata) return true;
  const auto inside = embedded(bytes);
  return inside && denied(*inside);
}

}  // namespace

bool may_not_be_dialled(const ip::address& address) {
  return address.is_v4() ? denied(address.to_v4()) : denied(address.to_v6());
}

}  // namespace airtrain::http
