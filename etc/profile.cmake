# A release is laid out by a profile that its own build records (docs/decisions/0013-a-release-is-trained.md): what a
# routing daemon's days are made of runs once with counters, and g++ puts together what runs together. A build folder is
# trained once: what was changed since has no profile until its folder `training` is removed.

option(KULAN_PROFILE_GUIDED "Train the release: its hot libraries are built twice (g++)" ON)
option(KULAN_TRAINING "Build what is trained; a release's build does that by itself" OFF)

set(profiled kulan_rib kulan_wire kulan_speaker)

if(KULAN_TRAINING)
  foreach(library ${profiled})
    target_compile_options(${library} PRIVATE -fprofile-generate)
  endforeach()
  foreach(library kulan_asio kulan_fib)  # linked, hardly run
    target_compile_options(${library} PRIVATE -O0)
  endforeach()
elseif(KULAN_PROFILE_GUIDED AND CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND
       NOT KULAN_SANITIZE)
  set(trained ${CMAKE_BINARY_DIR}/training/trained)
  add_custom_command(OUTPUT ${trained}
    COMMAND ${CMAKE_COMMAND} -D SOURCE=${CMAKE_SOURCE_DIR} -D RELEASE=${CMAKE_BINARY_DIR} -D TRAINED=${trained}
            -D COMPILER=${CMAKE_CXX_COMPILER} -D FLAGS=${CMAKE_CXX_FLAGS} -P ${CMAKE_SOURCE_DIR}/etc/train.cmake
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} VERBATIM
    COMMENT "Training: builds the hot libraries with counters and runs what they are laid out by")
  add_custom_target(kulan_trained DEPENDS ${trained})
  foreach(library ${profiled})
    add_dependencies(${library} kulan_trained)
    # What the training does not reach is compiled as without a profile, not for size.
    target_compile_options(${library} PRIVATE -fprofile-use -fprofile-partial-training -fprofile-correction
                           -Wno-missing-profile -Wno-coverage-mismatch)
    # ccache does not look at profiles by itself.
    set_property(TARGET ${library} PROPERTY CXX_COMPILER_LAUNCHER
                 ${CMAKE_COMMAND} -E env CCACHE_EXTRAFILES=${trained} ${CMAKE_CXX_COMPILER_LAUNCHER})
  endforeach()
endif()
