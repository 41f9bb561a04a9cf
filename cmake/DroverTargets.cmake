# The shape that every target of the project shares: language, warnings, sanitizers, where programs go, how a test is declared.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
# Line tables are enough for a backtrace and halve what the linker has to carry; assertions stay on in every build.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
# moc 6.4.2 fails on <compare>/<concepts> of libstdc++ 12 when they are the first include.
set(CMAKE_AUTOMOC_MOC_OPTIONS "-D_GLIBCXX_CONCEPTS=1")

find_program(DROVER_CCACHE ccache)
if(DROVER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Paths below the checkout count as relative: a second checkout finds what the first one compiled.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
        ${DROVER_CCACHE})
endif()
find_program(DROVER_MOLD mold)
if(DROVER_MOLD)
    add_link_options(-fuse-ld=mold)
endif()

if(DROVER_SANITIZE)
    add_compile_options(-fsanitize=${DROVER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${DROVER_SANITIZE})
    if(DROVER_SANITIZE MATCHES "address" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # Half of what g++ needs to compile this is the checks of each single access for what the address sanitizer sees, too, or, in
        # preset `fuzz`, clang; a quarter is that they stand inline.
        add_compile_options(-fno-sanitize=null,alignment,vptr,object-size,pointer-overflow
            --param=asan-instrumentation-with-call-threshold=0)
    endif()
endif()
if(DROVER_FUZZER)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

add_library(drover_options INTERFACE)
target_compile_options(drover_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
target_include_directories(drover_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(drover_options INTERFACE QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII
    $<$<BOOL:${DROVER_CRASH_POINTS}>:DROVER_CRASH_POINTS>)
# For the rooms that have rules to break (proto/model/mutation.h), and whoever includes their headers.
add_library(drover_mutations INTERFACE)
target_compile_definitions(drover_mutations INTERFACE $<$<BOOL:${DROVER_MUTATIONS}>:DROVER_MUTATIONS>)
if(DROVER_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 sees uninitialised optionals wherever the sanitizers instrument one; the sanitizers find the real ones.
    target_compile_options(drover_options INTERFACE -Wno-maybe-uninitialized)
endif()

# Reading headers and making templates is most of what a file costs; several at a time share it, and a build from nothing takes half
# as long. Names that are local to a file are thus local to its library. What is included is checked file by file in the builds of the
# sanitizers, and with -DDROVER_UNITY=OFF.
option(DROVER_UNITY "Compile the files of a library several at a time" ON)
set(DROVER_UNITY_BATCH 8)

# drover_library(NAME SOURCES a.cpp ... [ALONE b.cpp ...] LINKS target ... [PRIVATE_LINKS target ...])
# LINKS are part of the library's interface; PRIVATE_LINKS are its own affair. ALONE: files with local names that others have, too.
function(drover_library name)
    cmake_parse_arguments(A "" "" "SOURCES;ALONE;LINKS;PRIVATE_LINKS" ${ARGN})
    add_library(${name} STATIC ${A_SOURCES} ${A_ALONE})
    set_source_files_properties(${A_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    target_link_libraries(${name} PUBLIC drover_options ${A_LINKS} PRIVATE ${A_PRIVATE_LINKS})
    if(DROVER_UNITY)
        set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${DROVER_UNITY_BATCH})
    endif()
endfunction()

# What `up` builds: all programs, no tests.
add_custom_target(programs)
# What the sanitizers run: the tests labelled unit or sim.
add_custom_target(pure_tests)
# Those that have several threads, label `threads`: check runs them under the thread sanitizer each time.
add_custom_target(thread_tests)

# What a test finds in its environment, and how much longer it may take, under a sanitizer.
set(DROVER_TEST_ENVIRONMENT QT_QPA_PLATFORM=offscreen)
set(DROVER_TEST_SLOWNESS 1)
if(DROVER_SANITIZE)
    set(DROVER_TEST_SLOWNESS 5)
endif()
if(DROVER_SANITIZE MATCHES "thread")
    # QProcess forks while there are threads; what it forks only executes another program.
    list(APPEND DROVER_TEST_ENVIRONMENT
        "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/tsan.supp die_after_fork=0")
endif()

# drover_program(NAME SOURCES main.cpp ... LINKS target ...): ends in build/bin/NAME
function(drover_program name)
    cmake_parse_arguments(A "" "" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${A_SOURCES})
    target_link_libraries(${name} PRIVATE drover_options ${A_LINKS})
    add_dependencies(programs ${name})
endfunction()

# drover_test(NAME LABEL unit|sim|functional|gui|lint SOURCES tst_x.cpp ... LINKS target ... [TIMEOUT s] [SERIAL] [THREADS])
# A QtTest program, registered with CTest under NAME. THREADS: the code that it tests runs in several threads.
function(drover_test name)
    cmake_parse_arguments(A "SERIAL;THREADS" "LABEL;TIMEOUT" "SOURCES;LINKS" ${ARGN})
    if(NOT A_TIMEOUT)
        set(A_TIMEOUT 60)
    endif()
    math(EXPR A_TIMEOUT "${A_TIMEOUT} * ${DROVER_TEST_SLOWNESS}")
    add_executable(${name} ${A_SOURCES})
    if(A_LABEL MATCHES "^(unit|sim)$")
        add_dependencies(pure_tests ${name})
    endif()
    set_target_properties(${name} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_link_libraries(${name} PRIVATE drover_options ${A_LINKS} Qt6::Test)
    add_test(NAME ${name} COMMAND ${name})
    if(A_THREADS)
        add_dependencies(thread_tests ${name})
        list(APPEND A_LABEL threads)
    endif()
    set_tests_properties(${name} PROPERTIES LABELS "${A_LABEL}" TIMEOUT ${A_TIMEOUT}
        ENVIRONMENT "${DROVER_TEST_ENVIRONMENT}")
    if(A_SERIAL)
        set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
    endif()
endfunction()
