#include "bench/harness/svg_canvas.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace airtrain::harness {
namespace {

std::string escaped(std::string_view words) {
  std::string safe;
  for (const char c : words) {
    if (c == '<')
      safe += "&lt;";
    else if (c == '&')
      safe += "&amp;";
    else
      safe += c;
  }
  return safe;
}

}  // namespace

svg_canvas::svg_canvas(double width, double height) : width_(width), height_(height) {}

void svg_canvas::rectangle(double x, double y, double width, double height, std::string_view color,
                           double opacity) {
  body_ += fmt::format(
      R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" opacity="{}"/>)"
      "\n",
      x, y, width, height, color, opacity);
}

void svg_canvas::line(double x1, double y1, double x2, double y2, std::string_view color) {
  body_ += fmt::format(R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}"/>)"
                       "\n",
                       x1, y1, x2, y2, color);
}

void svg_canvas::path(const std::vector<std::pair<double, double>>& points,
                      std::string_view color) {
  std::string all;
  for (const auto& [x, y] : points) all += fmt::format("{:.1f},{:.1f} ", x, y);
  body_ += fmt::format(R"(<polyline points="{}" fill="none" stroke="{}" stroke-width="1.5"/>)"
                       "\n",
                       all, color);
}

void svg_canvas::text(double x, double y, std::string_view words, anchor at, int pixels) {
  constexpr std::array names{"start", "middle", "end"};
  body_ += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}" font-size="{}">{}</text>)"
                       "\n",
                       x, y, names[static_cast<std::size_t>(at)], pixels, escaped(words));
}

std::string svg_canvas::finish() const {
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}" font-family="sans-serif">)"
      "\n"
      R"(<rect width="100%" height="100%" fill="white"/>)"
      "\n{2}</svg>\n",
      width_, height_, body_);
}

std::string_view svg_canvas::color_of(std::size_t series) {
  constexpr std::array<std::string_view, 5> colors{"#1f6feb", "#9aa4b1", "#d1690e", "#2da44e",
                                                   "#8250df"};
  return colors[series % colors.size()];
}

std::vector<double> ticks(double highest) {
  if (highest <= 0) highest = 1;
  const double magnitude = std::pow(10, std::floor(std::log10(highest)));
  double step = magnitude;
  for (const double share : {0.1, 0.2, 0.25, 0.5, 1.0, 2.0})
    if (highest / (share * magnitude) <= 5) {
      step = share * magnitude;
      break;
    }
  std::vector<double> all;
  for (double at = 0; at <= highest * 1.0001; at += step) all.push_back(at);
  return all;
}

std::string short_number(double value) {
  if (value >= 1e6) return fmt::format("{:.3g}M", value / 1e6);
  if (value >= 1e4) return fmt::format("{:.3g}k", value / 1e3);
  return fmt::format("{:.4g}", value);
}

}  // namespace airtrain::harness
