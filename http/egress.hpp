#pragma once

#include <boost/asio/ip/address.hpp>

namespace airtrain::http {

/// Addresses that no connector may dial, whatever a name resolves to: link-local ones, where clouds
/// keep the credentials of the machine, and the metadata service's own IPv6 address. Sees through
/// IPv4 addresses written as IPv6 (mapped, NAT64, 6to4). Pure.
bool may_not_be_dialled(const boost::asio::ip::address& address);

}  // namespace airtrain::http
