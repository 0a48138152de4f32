#include "store/full_backlogs.hpp"

namespace airtrain {
namespace {

using answer = backlog_gate::answer;

/// True: the event is refused by one of them; `one` says by which.
bool is_refused(const backlog_gate& gate, const publish_item& item, published_event& one) {
  const auto bytes = item.what->bytes().size();
  for (const auto& to : item.routes)
    if (gate.ask(to.connector, bytes) == answer::refuse) one.full.push_back(to.connector);
  return !one.full.empty();
}

void take(backlog_gate& gate, publish_item& item, published_event& one) {
  const auto bytes = item.what->bytes().size();
  for (auto& to : item.routes) {
    to.refused = gate.ask(to.connector, bytes) == answer::dead_letter;
    if (to.refused)
      one.full.push_back(to.connector);
    else
      gate.take(to.connector, bytes);
  }
}

}  // namespace

void mind_full_backlogs(backlog_gate& gate, publish_request& request,
                        std::vector<published_event>& judged) {
  if (gate.open()) return;
  gate.begin_request();
  bool refused = false;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    if (judged[i].status != publish_status::accepted) continue;
    if (is_refused(gate, request.items[i], judged[i])) {
      judged[i].status = publish_status::full;
      refused = true;
    } else {
      take(gate, request.items[i], judged[i]);
    }
  }
  if (!refused) return;
  gate.refuse_request();
  refuse_request(judged);
}

void refuse_request(std::vector<published_event>& judged) {
  for (auto& one : judged) {
    if (one.status == publish_status::conflict) continue;
    if (one.status == publish_status::full)
      one.seq = 0;
    else
      one = {.status = publish_status::refused};
  }
}

}  // namespace airtrain
