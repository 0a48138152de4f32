#include "bench/harness/plot.hpp"

#include <algorithm>
#include <cmath>

#include "bench/harness/svg_canvas.hpp"

namespace airtrain::harness {
namespace {

constexpr std::string_view grid = "#e1e4e8";
constexpr double left = 190;
constexpr double right = 70;
constexpr double top = 46;

struct bar_scale {
  double highest;
  double lowest;
  bool logarithmic;
  double width;
  double of(double value) const {
    if (!logarithmic) return value / highest * width;
    return std::log(std::max(value, lowest) / lowest) / std::log(highest / lowest) * width;
  }
};

bar_scale scale_of(const bar_chart& chart, double width) {
  double highest = 0;
  double lowest = 1e300;
  for (const auto& group : chart.groups)
    for (const double value : group.values) {
      highest = std::max(highest, value);
      if (value > 0) lowest = std::min(lowest, value);
    }
  if (highest <= 0) highest = 1;
  lowest = std::pow(10, std::floor(std::log10(std::min(lowest, highest / 10))));
  return {highest, lowest, chart.logarithmic, width};
}

void legend(svg_canvas& on, const std::vector<std::string>& series, double y) {
  double x = left;
  for (std::size_t i = 0; i < series.size(); ++i) {
    on.rectangle(x, y - 9, 10, 10, svg_canvas::color_of(i));
    on.text(x + 14, y, series[i]);
    x += 40 + 7.0 * static_cast<double>(series[i].size());
  }
}

constexpr double chart_width = 880;
constexpr double chart_height = 190;
constexpr double chart_left = 70;
constexpr double plot_width = chart_width - chart_left - 20;
constexpr double plot_height = chart_height - 70;

struct frame {
  double x_last = 0;
  double y_highest = 0;
};

frame frame_of(const line_chart& chart) {
  frame all;
  for (const auto& each : chart.lines)
    for (const auto& [x, y] : each.points) {
      all.x_last = std::max(all.x_last, x);
      all.y_highest = std::max(all.y_highest, y);
    }
  if (all.x_last <= 0) all.x_last = 1;
  all.y_highest = all.y_highest <= 0 ? 1 : all.y_highest * 1.05;
  return all;
}

void draw(svg_canvas& on, const line_chart& chart, double y0) {
  const auto all = frame_of(chart);
  const auto x_of = [&](double x) { return chart_left + x / all.x_last * plot_width; };
  const auto y_of = [&](double y) { return y0 + 26 + plot_height * (1 - y / all.y_highest); };
  on.text(chart_left, y0 + 14, chart.title, svg_canvas::anchor::start, 13);
  for (const auto& each : chart.bands) {
    const double to = std::min(each.to, all.x_last);
    if (each.from < to)
      on.rectangle(x_of(each.from), y_of(all.y_highest), x_of(to) - x_of(each.from), plot_height,
                   "#d1690e", 0.15);
  }
  for (const double y : ticks(all.y_highest)) {
    on.line(chart_left, y_of(y), chart_left + plot_width, y_of(y), grid);
    on.text(chart_left - 6, y_of(y) + 4, short_number(y), svg_canvas::anchor::end);
  }
  for (const double x : ticks(all.x_last))
    on.text(x_of(x), y_of(0) + 14, short_number(x), svg_canvas::anchor::middle);
  on.text(chart_left + plot_width, y_of(0) + 28, chart.x_label, svg_canvas::anchor::end);
  for (std::size_t i = 0; i < chart.lines.size(); ++i) {
    std::vector<std::pair<double, double>> points;
    for (const auto& [x, y] : chart.lines[i].points) points.emplace_back(x_of(x), y_of(y));
    on.path(points, svg_canvas::color_of(i));
    on.text(chart_left + 12 + 110 * static_cast<double>(i), y_of(0) + 28, chart.lines[i].name);
    on.rectangle(chart_left + 110 * static_cast<double>(i), y_of(0) + 20, 8, 8,
                 svg_canvas::color_of(i));
  }
}

}  // namespace

std::string svg_of(const bar_chart& chart) {
  constexpr double bar = 13;
  constexpr double width = 880;
  const double group_height = bar * static_cast<double>(chart.series.size()) + 10;
  svg_canvas on(width, top + group_height * static_cast<double>(chart.groups.size()) + 10);
  const auto scale = scale_of(chart, width - left - right);
  on.text(10, 18, chart.title, svg_canvas::anchor::start, 14);
  legend(on, chart.series, 36);
  double y = top;
  for (const auto& group : chart.groups) {
    on.text(left - 8, y + group_height / 2, group.label, svg_canvas::anchor::end);
    for (std::size_t i = 0; i < group.values.size(); ++i) {
      const double at = y + bar * static_cast<double>(i);
      on.rectangle(left, at, scale.of(group.values[i]), bar - 2, svg_canvas::color_of(i));
      on.text(left + scale.of(group.values[i]) + 4, at + bar - 4, short_number(group.values[i]));
    }
    y += group_height;
  }
  return on.finish();
}

std::string svg_of(const std::vector<line_chart>& charts) {
  svg_canvas on(chart_width, chart_height * static_cast<double>(charts.size()));
  for (std::size_t i = 0; i < charts.size(); ++i)
    draw(on, charts[i], chart_height * static_cast<double>(i));
  return on.finish();
}

}  // namespace airtrain::harness
