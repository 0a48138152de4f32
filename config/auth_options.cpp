#include "config/header_names.hpp"
#include "config/sections.hpp"

namespace airtrain::config {
namespace {

void read_into(reader& r, const node& at, secret& into) {
  if (auto value = r.read_secret(at)) into = std::move(*value);
}

const options<basic_auth>& basic_options() {
  using T = basic_auth;
  static const options<T> declared{
      text_option("user", &T::user, "user name").must(),
      special_option<T>("password", "secret", "its password",
                        [](reader& r, const node& at, T& into) { read_into(r, at, into.password); })
          .must(),
  };
  return declared;
}

const options<api_key_auth>& api_key_options() {
  using T = api_key_auth;
  static const options<T> declared{
      special_option<T>("header", "text", "name of the header that holds the key",
                        [](reader& r, const node& at, T& into) {
                          if (const auto name = read_header_name(r, at)) into.header = *name;
                        })
          .must(),
      special_option<T>("value", "secret", "the key",
                        [](reader& r, const node& at, T& into) { read_into(r, at, into.value); })
          .must(),
  };
  return declared;
}

template <class T>
option<auth_settings> kind_option(std::string key, const options<T>& inside, std::string doc) {
  auto made =
      special_option<auth_settings>(std::move(key), "map", std::move(doc),
                                    [&inside](reader& r, const node& at, auth_settings& to) {
                                      T value;
                                      read_options(r, at, inside, value);
                                      to = std::move(value);
                                    });
  made.info.inside = describe(inside);
  return made;
}

}  // namespace

const options<auth_settings>& auth_options() {
  using T = auth_settings;
  static const options<T> declared{
      special_option<T>("bearer", "secret", "sent as Authorization: Bearer",
                        [](reader& r, const node& at, T& into) {
                          bearer_auth value;
                          read_into(r, at, value.token);
                          into = std::move(value);
                        }),
      kind_option("basic", basic_options(), "user and password, sent as Authorization: Basic"),
      kind_option("api_key", api_key_options(), "a key in a header of its own"),
      later_option<T>("oauth2", "tokens from a token server"),
      later_option<T>("mtls", "a client certificate"),
  };
  return declared;
}

}  // namespace airtrain::config
