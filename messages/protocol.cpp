#include "messages/protocol.hpp"

namespace airtrain {

void add_messages(caf::actor_system_config& config) {
  config.add_message_types<caf::id_block::airtrain>();
}

}  // namespace airtrain
