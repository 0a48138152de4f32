#pragma once

#include <array>
#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/ingest/attribute.hpp"
#include "core/ingest/event_reader.hpp"
#include "messages/event.hpp"

namespace airtrain {

/// One event while it is read: checks what it is given, then fills in what was not said and seals
/// it. Views it is given must live until `seal`. Reused over the events of a batch.
class event_draft {
 public:
  explicit event_draft(const reader_limits& limits) : limits_(limits) {}

  void clear();
  result<void, read_problem> set(attribute which, std::string_view value);
  /// `value` is JSON text of a string, number or boolean; `characters` is what it says.
  result<void, read_problem> add_extension(std::string_view name, std::string_view value,
                                           std::string_view characters);
  void set_data(std::string_view bytes, data_kind kind);
  /// Keeps a text that is not part of the request for as long as the draft needs it.
  std::string_view keep(std::string text) { return kept_.emplace_front(std::move(text)); }

  std::string_view given(attribute which) const { return given_[index_of(which)]; }

  /// `required` are the attributes that must have been given.
  result<read_event, read_problem> seal(const std::vector<attribute>& required,
                                        const reader_defaults& defaults, std::uint32_t index,
                                        bool in_batch);

 private:
  struct extension {
    std::string_view name;
    std::string_view value;
  };

  static constexpr std::size_t index_of(attribute which) { return static_cast<std::size_t>(which); }
  result<void, read_problem> write_extensions();
  event_fields given_fields() const;
  result<std::string_view, read_problem> id_from_request(const reader_defaults& defaults,
                                                         std::uint32_t index, bool in_batch);

  const reader_limits& limits_;
  std::array<std::string_view, attribute_count> given_;
  std::string_view data_;
  data_kind data_kind_ = data_kind::none;
  std::vector<extension> extensions_;
  std::string extensions_text_;
  std::forward_list<std::string> kept_;
};

}  // namespace airtrain
