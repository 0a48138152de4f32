#include "cli/cli.hpp"

int main(int argc, char** argv) {
  return airtrain::run_cli(argc, argv);
}
