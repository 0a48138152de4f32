#pragma once

/// Marks what the shared library shows; all else stays inside.
#define AIRTRAIN_EXPORT __attribute__((visibility("default")))
