# What only inferpp's own build needs: strict warnings and ccache. Nothing here reaches a consumer.

find_program(INFERPP_CCACHE ccache)
if(INFERPP_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    # The sloppiness is what ccache asks for with precompiled headers. Paths are taken relative to
    # the checkout, so that build directories share what they compiled.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros
        CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
        CCACHE_NOHASHDIR=1
        ${INFERPP_CCACHE})
endif()

# Settings of a target that is part of this project.
function(inferpp_own_target name)
    if(INFERPP_DEVELOPER)
        target_compile_options(${name} PRIVATE
            -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
    endif()
    set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
endfunction()
