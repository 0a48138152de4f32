#pragma once

#include "messages/result.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"

namespace airtrain::embedded {

/// The files of a stopped store once more, in a folder `recover` beside them: what a repair would
/// leave can be looked at there. Tables and logs are links: they are never written to again, and
/// take no room. Gone with this object.
class trial_copy {
 public:
  static result<trial_copy, store_error> make(const store_settings& of);
  ~trial_copy();
  trial_copy(trial_copy&& other) noexcept;
  trial_copy& operator=(trial_copy&&) = delete;
  trial_copy(const trial_copy&) = delete;
  trial_copy& operator=(const trial_copy&) = delete;

  const store_settings& settings() const { return settings_; }

 private:
  explicit trial_copy(store_settings settings) : settings_(std::move(settings)) {}
  store_settings settings_;  ///< without a folder: moved from
};

}  // namespace airtrain::embedded
