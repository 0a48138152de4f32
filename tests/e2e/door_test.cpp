#include <fmt/format.h>
#include <gmock/gmock.h>
#include <openssl/evp.h>

#include "tests/e2e/running_service.hpp"
#include "tests/e2e/target.hpp"
#include "tests/http/test_certificates.hpp"

// TLS, client certificates and keys, asked of the real binary by its own commands.

namespace airtrain::e2e {
namespace {

using http::testing::certificate_files;
using http::testing::test_authority;
using ::testing::HasSubstr;
using ::testing::Not;

std::string sha256_of(std::string_view key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(key.data(), key.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string out;
  for (unsigned i = 0; i < size; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

class door : public testing::Test {
 protected:
  door() {
    const auto key = [](std::string_view name, std::string_view scopes) {
      return fmt::format("    - {{ name: {0}, sha256: \"{1}\", scopes: [{2}] }}\n", name,
                         sha256_of(name), scopes);
    };
    write_file(folder_.path() / "airtrain.yaml",
               fmt::format(
                   "data_dir: ./data\nhttp:\n  listen: 127.0.0.1:0\n"
                   "  tls: {{ cert: \"{}\", key: \"{}\", client_ca: \"{}\" }}\n  keys:\n{}{}{}{}"
                   "connectors:\n  payroll:\n    type: http\n    events: [\"shift_*\"]\n"
                   "    request: {{ url: {}/shifts }}\n",
                   server_.certificate(), server_.key(), clients_.ca_file(),
                   key("producer", "ingest"), key("looker", "read"), key("reader", "read, payload"),
                   key("operator", "read, operate"), payroll_.origin()));
    event_ = write_file(folder_.path() / "event.json",
                        R"({"type": "shift_changed", "id": "e1", "data": {"hours": 8.50}})");
    service_.emplace(folder_.path());
  }

  /// Its exit code; what it said is in `said`.
  int run(std::vector<std::string> words, const std::string& key,
          const certificate_files* identity) {
    for (const auto& more :
         {std::string{"--url"}, fmt::format("https://127.0.0.1:{}", service_->port()),
          std::string{"--ca"}, authority_.ca_file(), std::string{"--key"}, key})
      words.push_back(more);
    if (identity)
      for (const auto& more : {std::string{"--cert"}, identity->certificate(),
                               std::string{"--cert-key"}, identity->key()})
        words.push_back(more);
    process client{folder_.path(), words};
    const int code = client.wait();
    said = client.output() + client.errors();
    return code;
  }
  int run(std::vector<std::string> words, const std::string& key) {
    return run(std::move(words), key, &client_);
  }
  std::string event() const { return event_.string(); }

  std::string said;
  target payroll_;

 private:
  test_authority authority_;
  test_authority clients_;
  certificate_files server_{authority_.sign("IP:127.0.0.1")};
  certificate_files client_{clients_.sign("DNS:desk")};
  temporary_folder folder_;
  std::filesystem::path event_;
  std::optional<running_service> service_;
};

TEST_F(door, opens_to_a_client_certificate_and_lets_each_key_do_what_its_scopes_say) {
  EXPECT_EQ(run({"send", event()}, "producer"), 0) << said;
  ASSERT_TRUE(payroll_.wait_for(1));
  EXPECT_EQ(payroll_.bodies()[0], R"({"hours": 8.50})");
  EXPECT_EQ(run({"status"}, "producer"), 1);
  EXPECT_THAT(said, HasSubstr("scope_missing"));

  EXPECT_EQ(run({"status"}, "looker"), 0) << said;
  EXPECT_THAT(said, HasSubstr("payroll"));
  EXPECT_EQ(run({"events", "show", "e1"}, "looker"), 0) << said;
  EXPECT_THAT(said, Not(HasSubstr("8.50")));
  EXPECT_EQ(run({"events", "show", "e1"}, "reader"), 0) << said;
  EXPECT_THAT(said, HasSubstr("8.50"));

  EXPECT_EQ(run({"pause", "payroll"}, "looker"), 1);
  EXPECT_THAT(said, HasSubstr("scope_missing"));
  EXPECT_EQ(run({"pause", "payroll"}, "operator"), 0) << said;
  EXPECT_EQ(run({"send", event()}, "operator"), 1);
}

TEST_F(door, stays_shut_without_a_key_that_it_knows) {
  EXPECT_EQ(run({"status"}, "guessed"), 1);
  EXPECT_THAT(said, HasSubstr("key_unknown"));
}

TEST_F(door, stays_shut_without_a_certificate_of_the_client_authority) {
  EXPECT_EQ(run({"status"}, "looker", nullptr), 1);
  EXPECT_THAT(said, Not(HasSubstr("payroll")));
  const test_authority strangers;
  const certificate_files stranger{strangers.sign("DNS:desk")};
  EXPECT_EQ(run({"status"}, "looker", &stranger), 1);
  EXPECT_THAT(said, Not(HasSubstr("payroll")));
}

}  // namespace
}  // namespace airtrain::e2e
