// Preloaded into the service: while the file named by SYNC_GATE exists, no fsync or fdatasync
// returns. Shows what the service says before its data is on disk.

#include <dlfcn.h>
#include <poll.h>
#include <unistd.h>

#include <cstdlib>

namespace {

void wait_at_gate() {
  const char* gate = std::getenv("SYNC_GATE");
  while (gate != nullptr && access(gate, F_OK) == 0) poll(nullptr, 0, 2);
}

int real(const char* name, int file) {
  using call = int (*)(int);
  return reinterpret_cast<call>(dlsym(RTLD_NEXT, name))(file);
}

}  // namespace

extern "C" int fsync(int file) {
  wait_at_gate();
  return real("fsync", file);
}

extern "C" int fdatasync(int file) {
  wait_at_gate();
  return real("fdatasync", file);
}
