// A stand-in for an external system gone mad: `--mode flood` answers each request with a body that
// never ends, `--mode garbage` with noise.

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/harness/options.hpp"
#include "bench/harness/sockets.hpp"

namespace {

using namespace airtrain::harness;

class hostile_sink {
 public:
  explicit hostile_sink(const options& given)
      : floods_(given.text("mode") == "flood"),
        listener_(listen_on_loopback(0)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    std::minstd_rand random(20261125);
    noise_.resize(512);
    for (char& c : noise_) c = static_cast<char>(random());
    block_.assign(16'384, 'x');
    watch(listener_, EPOLLIN, EPOLL_CTL_ADD);
    fmt::print("listening on 127.0.0.1:{}\n", port_of(listener_));
    std::fflush(stdout);
  }

  [[noreturn]] void run() {
    std::vector<epoll_event> ready(64);
    for (;;) {
      const int n = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), -1);
      for (int i = 0; i < n; ++i) {
        const int socket = ready[static_cast<std::size_t>(i)].data.fd;
        if (socket == listener_)
          accept_all();
        else
          serve(socket);
      }
    }
  }

 private:
  void watch(int socket, std::uint32_t what, int how) {
    epoll_event event{};
    event.events = what;
    event.data.fd = socket;
    epoll_ctl(epoll_, how, socket, &event);
  }

  void accept_all() {
    for (int socket; (socket = accept_from(listener_)) >= 0;) {
      // Small: what is flooded beyond what the other side reads costs the machine, not the service.
      const int bytes = 65'536;
      setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
      out_[socket].clear();
      watch(socket, EPOLLIN, EPOLL_CTL_ADD);
    }
  }

  void serve(int socket) {
    std::string received;
    if (!read_some(socket, received)) return drop(socket);
    auto& out = out_[socket];
    if (!received.empty()) begin_answer(socket, out);
    if (floods_ && !received.empty()) out += "HTTP/1.1 200 OK\r\n\r\n";
    if (floods_ && out.size() < block_.size()) out += block_;
    if (!write_some(socket, out)) drop(socket);
  }

  void begin_answer(int socket, std::string& out) {
    if (floods_)
      watch(socket, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    else
      out += noise_;
  }

  void drop(int socket) {
    close(socket);
    out_.erase(socket);
  }

  bool floods_;
  int listener_;
  int epoll_;
  std::string noise_;
  std::string block_;
  std::unordered_map<int, std::string> out_;
};

}  // namespace

int main(int argc, char** argv) {
  hostile_sink(options(argc, argv, {{"mode", "flood"}})).run();
}
