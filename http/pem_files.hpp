#pragma once

#include <string>

namespace airtrain::http {

/// What is wrong with a PEM file, as OpenSSL finds when it is used; "": nothing.
std::string certificates_fault(const std::string& file);       ///< to trust: at least one
std::string certificate_chain_fault(const std::string& file);  ///< to show
/// A private key, and that of the first certificate in `chain_file`, where that is readable.
std::string private_key_fault(const std::string& file, const std::string& chain_file);

}  // namespace airtrain::http
