# Writes the header that says what is built: cmake -D OUTPUT=FILE -D VERSION=X.Y.Z -P etc/version.cmake
# The file is touched only when it changes. Without a repository the commit is "release".
execute_process(COMMAND git describe --always --dirty --abbrev=8 OUTPUT_VARIABLE commit
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  set(commit "release")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT
"#pragma once
inline constexpr char kVersion[] = \"${VERSION}\";
inline constexpr char kCommit[] = \"${commit}\";
")
