#include "airtrain/connectors.hpp"

namespace airtrain {
inline namespace v0 {

simple_connector::~simple_connector() = default;
raw_connector::~raw_connector() = default;
void raw_connector::stop() {}
custom_exchange::~custom_exchange() = default;

}  // namespace v0
}  // namespace airtrain
