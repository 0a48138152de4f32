#include <unistd.h>

#include <array>

#include "api/handlers.hpp"
#include "api/json_writer.hpp"

namespace airtrain::api {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "local";
  return name.data();
}

}  // namespace

/// One node owns everything.
void show_cluster(context& shared, const call_ref& c) {
  const auto node = host_name();
  json_writer out;
  out.begin_object().key("nodes").begin_array();
  out.begin_object().member("name", node).member("state", "up").end_object();
  out.end_array().key("connectors").begin_array();
  for (const auto& one : shared.storage().counts()) {
    out.begin_object().member("name", one.name);
    out.text_or_null("owner", one.opened ? node : std::string{}).end_object();
  }
  out.end_array().end_object();
  c->answer(out.take());
}

}  // namespace airtrain::api
