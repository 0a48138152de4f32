#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace airtrain::harness {

/// Collects SVG elements; y grows downward, units are pixels.
class svg_canvas {
 public:
  svg_canvas(double width, double height);
  enum class anchor { start, middle, end };

  void rectangle(double x, double y, double width, double height, std::string_view color,
                 double opacity = 1);
  void line(double x1, double y1, double x2, double y2, std::string_view color);
  void path(const std::vector<std::pair<double, double>>& points, std::string_view color);
  void text(double x, double y, std::string_view words, anchor at = anchor::start, int pixels = 11);
  std::string finish() const;

  static std::string_view color_of(std::size_t series);

 private:
  std::string body_;
  double width_;
  double height_;
};

/// Round numbers that divide 0 to `highest` into about five.
std::vector<double> ticks(double highest);
/// Short: 1234567 as "1.23M".
std::string short_number(double value);

}  // namespace airtrain::harness
