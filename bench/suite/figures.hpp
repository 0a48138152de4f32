#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace airtrain::bench {

enum class better { higher, lower, neither };

/// A kind of figure: how it is shown and what it means. All of them: figures.cpp.
struct column {
  std::string_view key;  ///< in JSON
  std::string_view heading;
  int digits = 0;
  better which = better::neither;
  std::string_view meaning;
};
const std::vector<column>& columns();
/// An unknown key is a broken invariant of the suite: it ends the program.
const column& column_of(std::string_view key);

/// A bound that a figure has to keep.
struct gate {
  enum class kind { at_least, at_most } what = kind::at_least;
  double bound = 0;
};

struct figure {
  std::string key;              ///< of its column
  std::string of;               ///< which part of the scenario: a row of its own; may be empty
  std::vector<double> samples;  ///< one for each round; the median counts
  std::optional<gate> must;

  double value() const;
  bool met() const;
};

/// A curve over time, for a plot.
struct curve {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

struct scenario_result {
  std::string name;
  std::string group;
  std::string summary;
  std::vector<figure> figures;
  std::vector<curve> curves;
  std::vector<std::string> notes;
  std::uint64_t fsync_us = 0;  ///< 4 KiB append + fdatasync, median, just before it
  double seconds = 0;          ///< how long all of it took

  void add(std::string_view key, std::vector<double> samples, std::optional<gate> must = {},
           std::string_view of = {});
  void add(std::string_view key, double value, std::optional<gate> must = {},
           std::string_view of = {}) {
    add(key, std::vector<double>{value}, must, of);
  }
  /// Null when it has none of that key and part.
  const figure* find(std::string_view key, std::string_view of = {}) const;
  /// Its parts in the order of their first figures.
  std::vector<std::string> parts() const;
};

}  // namespace airtrain::bench
