#include "core/ingest/media_type.hpp"

namespace airtrain {
namespace {

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  if (text.empty()) return false;
  for (char c : text)
    if (!is_token_character(c)) return false;
  return true;
}

}  // namespace

std::string media_type_of(std::string_view content_type) {
  auto essence = content_type.substr(0, content_type.find(';'));
  while (!essence.empty() && (essence.back() == ' ' || essence.back() == '\t'))
    essence.remove_suffix(1);
  while (!essence.empty() && (essence.front() == ' ' || essence.front() == '\t'))
    essence.remove_prefix(1);
  std::string lower{essence};
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const auto slash = lower.find('/');
  if (slash == std::string::npos) return {};
  const std::string_view view{lower};
  if (!is_token(view.substr(0, slash)) || !is_token(view.substr(slash + 1))) return {};
  return lower;
}

bool is_json_media_type(std::string_view type) {
  return type == "application/json" || type == "text/json" || type.ends_with("+json");
}

bool is_text_media_type(std::string_view type) {
  return type.starts_with("text/") || type == "application/xml" || type.ends_with("+xml");
}

}  // namespace airtrain
