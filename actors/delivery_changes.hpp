#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "messages/protocol.hpp"
#include "store/store.hpp"

namespace airtrain {

/// One operator's change of deliveries that have not ended: the owners end what they have taken,
/// the store changes the rest. What the owners have settled is durable with the store's answer.
class delivery_changes : public std::enable_shared_from_this<delivery_changes> {
 public:
  using ask_owner = std::function<void(withdraw_deliveries)>;
  using change_rest = std::function<void(std::vector<dead_letter_id>, store::answer<bulk_result>)>;

  delivery_changes(change_options options, ask_owner ask, change_rest rest,
                   store::answer<bulk_result> done)
      : options_(options), ask_(std::move(ask)), rest_(std::move(rest)), done_(std::move(done)) {}

  void start(std::vector<dead_letter_id> ids);

 private:
  using keys_of_connector = std::map<connector_id, std::vector<delivery_key>>;

  void ask(const keys_of_connector& all);
  void answered(connector_id connector, const std::vector<delivery_key>& keys,
                const std::vector<withdrawal>& became);
  void go_on();
  void told(connector_id connector, const std::vector<delivery_key>& keys,
            const std::vector<withdrawal>& are);
  void finish(bulk_result became);
  /// Of a rerendering: the store only knows that an owner has taken them.
  void tell_held_from_sent(bulk_result became);

  const change_options options_;
  const ask_owner ask_;
  const change_rest rest_;
  const store::answer<bulk_result> done_;

  std::mutex mutex_;  ///< guards what follows: owners answer on their own threads
  std::size_t unanswered_ = 0;
  bulk_result by_owners_;
  std::vector<dead_letter_id> left_;
};

}  // namespace airtrain
