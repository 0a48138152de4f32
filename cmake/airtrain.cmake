# How every target of the project is built: warnings, hardening, sanitizers, ccache,
# and two functions, one for a floor's library and one for its tests.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

# -O3 gains nothing measurable here and costs half as much compile time again.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
# The sanitizer presets: half the compile time of -O2 -g, and line numbers in reports all the same.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")

add_library(airtrain_flags INTERFACE)
target_include_directories(airtrain_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(airtrain_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Werror
  # g++ 12 sees overflows in std::string that are not there (GCC bugs 105329, 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-stringop-overflow>
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-array-bounds;-Wno-stringop-overread>
  -fstack-protector-strong -fno-omit-frame-pointer)
target_link_options(airtrain_flags INTERFACE -Wl,-z,relro,-z,now -Wl,-z,noexecstack)
target_link_libraries(airtrain_flags INTERFACE Threads::Threads fmt::fmt)
if(AIRTRAIN_SANITIZE)
  target_compile_options(airtrain_flags INTERFACE -fsanitize=${AIRTRAIN_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(airtrain_flags INTERFACE -fsanitize=${AIRTRAIN_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(airtrain_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
include(CheckPIESupported)
check_pie_supported()

# airtrain_library(<floor> [DEPS targets...]): every .cpp of the folder, as airtrain_<floor>.
function(airtrain_library name)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(NOT sources)
    add_library(airtrain_${name} INTERFACE)
    target_link_libraries(airtrain_${name} INTERFACE airtrain_flags ${ARG_DEPS})
    return()
  endif()
  add_library(airtrain_${name} STATIC ${sources})
  target_link_libraries(airtrain_${name} PUBLIC airtrain_flags ${ARG_DEPS})
  target_precompile_headers(airtrain_${name} PRIVATE
    <algorithm> <chrono> <functional> <memory> <optional> <string> <string_view> <unordered_map> <vector>)
endfunction()

# airtrain_tests(<floor> LABEL <label> [DEPS targets...]): every *_test.cpp of the folder in one
# program; each test case is a ctest of its own.
function(airtrain_tests name)
  cmake_parse_arguments(ARG "" "LABEL" "DEPS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE ${ARG_DEPS} airtrain_flags GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name}_test PRIVATE <gtest/gtest.h> <gmock/gmock.h>)
  set_target_properties(${name}_test PROPERTIES POSITION_INDEPENDENT_CODE ON)
  gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
                       PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 120)
endfunction()
