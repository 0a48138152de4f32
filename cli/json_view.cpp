#include "cli/json_view.hpp"

#include <charconv>

namespace airtrain::cli {

std::optional<json_view> json_view::parse(std::string text) {
  auto made = std::make_shared<shared>();
  made->text = std::move(text);
  if (!made->parsed.parse(made->text)) return std::nullopt;
  json_view view;
  view.from_ = std::move(made);
  view.index_ = 0;
  return view;
}

bool json_view::null() const {
  return !present() || from_->parsed.at(*index_).what == json::kind::null;
}

json_view json_view::operator[](std::string_view member) const {
  json_view found;
  if (!present() || from_->parsed.at(*index_).what != json::kind::object) return found;
  if (const std::uint32_t index = from_->parsed.find(*index_, member); index != 0) {
    found.from_ = from_;
    found.index_ = index;
  }
  return found;
}

std::vector<json_view> json_view::items() const {
  std::vector<json_view> made;
  if (!present() || from_->parsed.at(*index_).what != json::kind::array) return made;
  const std::uint32_t end = from_->parsed.at(*index_).next;
  for (std::uint32_t i = *index_ + 1; i < end; i = from_->parsed.at(i).next) {
    json_view item;
    item.from_ = from_;
    item.index_ = i;
    made.push_back(std::move(item));
  }
  return made;
}

std::string json_view::text() const {
  if (null()) return {};
  if (from_->parsed.at(*index_).what == json::kind::string) return from_->parsed.string(*index_);
  return std::string(raw());
}

double json_view::number(double otherwise) const {
  const std::string_view digits = raw();
  double value = otherwise;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} ? value : otherwise;
}

std::string_view json_view::raw() const {
  return present() ? from_->parsed.raw(*index_) : std::string_view();
}

}  // namespace airtrain::cli
