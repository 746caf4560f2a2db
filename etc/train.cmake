# cmake -D SOURCE=DIR -D RELEASE=DIR -D TRAINED=FILE -D COMPILER=PATH -D FLAGS=FLAGS -P etc/train.cmake
#
# Builds a release's hot libraries with counters in RELEASE/training, runs the training there, and lays what was counted
# beside the release's own objects, where g++ looks for it. TRAINED then names the counts. Where that fails, the release
# is built without: as correct, but slower.

set(training ${RELEASE}/training)

macro(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(WARNING "The release is built without a profile: `${ARGN}`: ${status}\n${output}")
    file(WRITE ${TRAINED} "none\n")
    return()
  endif()
endmacro()

run(${CMAKE_COMMAND} -S ${SOURCE} -B ${training} --preset release -DKULAN_TRAINING=ON -DKULAN_TESTS=OFF
    -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS})
run(${CMAKE_COMMAND} --build ${training} --target trainer)
file(GLOB_RECURSE counts ${training}/*.gcda)  # of an earlier run: they would add up
if(counts)
  file(REMOVE ${counts})
endif()
run(${training}/test/bench/trainer)

file(WRITE ${TRAINED} "")
file(GLOB_RECURSE counts RELATIVE ${training} ${training}/*.gcda)
foreach(count IN LISTS counts)
  get_filename_component(folder ${count} DIRECTORY)
  file(COPY ${training}/${count} DESTINATION ${RELEASE}/${folder})
  file(SHA256 ${training}/${count} hash)
  file(APPEND ${TRAINED} "${hash}  ${count}\n")
endforeach()
