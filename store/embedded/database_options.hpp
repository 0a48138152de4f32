#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/options.h>

#include <memory>

#include "store/embedded/database.hpp"
#include "store/settings.hpp"

namespace airtrain::embedded {

std::shared_ptr<rocksdb::Cache> make_cache(const store_settings& settings);
rocksdb::DBOptions database_options(const store_settings& settings,
                                    const std::shared_ptr<rocksdb::Cache>& cache,
                                    rocksdb::Env* env);
rocksdb::ColumnFamilyOptions family_options(family f, const std::shared_ptr<rocksdb::Cache>& cache);

}  // namespace airtrain::embedded
