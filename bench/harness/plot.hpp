#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace airtrain::harness {

// Plots as SVG texts: drawn by a browser, made of nothing but text.

struct bar_group {
  std::string label;
  std::vector<double> values;  ///< one for each series
};
struct bar_chart {
  std::string title;
  std::vector<std::string> series;
  std::vector<bar_group> groups;
  bool logarithmic = false;  ///< for values that differ by powers of ten; they must be above 0
};

struct line {
  std::string name;
  std::vector<std::pair<double, double>> points;
};
/// A stretch of the x axis that is shaded.
struct band {
  double from = 0;
  double to = 0;
  std::string label;
};
struct line_chart {
  std::string title;
  std::string x_label;
  std::vector<line> lines;
  std::vector<band> bands;
};

std::string svg_of(const bar_chart& chart);
/// Charts below each other, with one x axis each.
std::string svg_of(const std::vector<line_chart>& charts);

}  // namespace airtrain::harness
