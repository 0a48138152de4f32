#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace airtrain::harness {

/// Non-blocking loopback sockets for the epoll programs. All throw std::system_error.
int listen_on_loopback(std::uint16_t port);  ///< port 0: any free one
std::uint16_t port_of(int socket);
int accept_from(int listener);  ///< -1: nobody is waiting
int connect_to_loopback(std::uint16_t port);
void reset_on_close(int socket);  ///< what is under way ends at once
std::uint16_t unused_port();      ///< nobody listens on it now

/// Bytes to and from one non-blocking socket. False: the connection is over.
bool read_some(int socket, std::string& into);
/// Writes what it can of `pending` and removes it from the front.
bool write_some(int socket, std::string& pending);

}  // namespace airtrain::harness
