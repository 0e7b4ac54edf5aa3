# SPDX-License-Identifier: BSL-1.0
# Sourced by examples/run and tests/run. Bash; no output where nothing is missing.

# inferpp_setup SET...: makes sure that everything of these sets is installed. Installs it on Debian
# and Ubuntu where that needs no password, else says what to install and exits with 1.
#   build: what every build needs    tests: doctest and meson    clang: clang 19 with its run-time
inferpp_setup()
{
    local debian=() fedora=() brew=() missing=()

    # inferpp_need WHAT "DEBIAN" "FEDORA" "HOMEBREW" PROBE...: lists the packages if the probe fails.
    inferpp_need()
    {
        local what=$1 on_debian=$2 on_fedora=$3 on_brew=$4
        shift 4
        if ! "$@" > /dev/null 2>&1; then
            missing+=("$what")
            debian+=($on_debian)
            fedora+=($on_fedora)
            brew+=($on_brew)
        fi
    }

    local set
    for set in "$@"; do
        "inferpp_need_$set"
    done
    if [ ${#missing[@]} -eq 0 ]; then
        return 0
    fi

    if inferpp_apt_install "${debian[@]}"; then
        return 0
    fi
    {
        echo "inferpp needs, and could not install by itself: $(inferpp_join "${missing[@]}")."
        echo "  Debian, Ubuntu:  sudo apt-get install $(inferpp_debian_names "${debian[@]}")"
        echo "  Fedora:          sudo dnf install ${fedora[*]}"
        echo "  Homebrew:        brew install ${brew[*]}"
        echo "Then run this again."
    } >&2
    exit 1
}

inferpp_need_build()
{
    inferpp_need "a C++20 compiler" g++ gcc-c++ gcc inferpp_has c++
    inferpp_need "CMake >= 3.22" cmake cmake cmake inferpp_has_cmake
    inferpp_need "Ninja" ninja-build ninja-build ninja inferpp_has ninja
    inferpp_need "Boost >= 1.81" BOOST boost-devel boost inferpp_compiles \
        '#include <boost/version.hpp>' '#if BOOST_VERSION < 108100' '#error' '#endif'
    inferpp_need "Boost.JSON" BOOST_JSON boost-json "" inferpp_compiles \
        '#include <boost/version.hpp>' '#if BOOST_VERSION < 108100' '#error' '#endif' -lboost_json
    inferpp_need "OpenSSL's headers" libssl-dev openssl-devel openssl@3 inferpp_compiles \
        '#include <openssl/ssl.h>'
}

inferpp_need_tests()
{
    inferpp_need "doctest" doctest-dev doctest-devel doctest inferpp_compiles \
        '#include <doctest/doctest.h>'
    inferpp_need "Python 3" python3 python3 python inferpp_has python3
    inferpp_need "ccache" ccache ccache ccache inferpp_has ccache
    inferpp_need "pkg-config" pkg-config pkgconf-pkg-config pkg-config inferpp_has pkg-config
    inferpp_need "Meson" meson meson meson inferpp_has meson
}

inferpp_need_clang()
{
    inferpp_need "clang 19" clang-19 clang llvm@19 inferpp_has clang++-19
    inferpp_need "clang's run-time" libclang-rt-19-dev compiler-rt llvm@19 inferpp_sanitizes
}

# --- probes --------------------------------------------------------------------------------------

inferpp_has()
{
    command -v "$1"
}

inferpp_has_cmake()
{
    local version
    version=$(cmake --version | sed -n '1s/.* //p')
    [ "$(printf '%s\n' 3.22 "$version" | sort -V | head -n 1)" = 3.22 ]
}

# inferpp_compiles LINE... [-lLIBRARY]: whether the compiler takes these lines.
inferpp_compiles()
{
    local flags=() lines=() argument
    for argument in "$@"; do
        case $argument in
            -l*) flags+=("$argument") ;;
            *) lines+=("$argument") ;;
        esac
    done
    if command -v brew > /dev/null; then
        flags+=("-I$(brew --prefix)/include" "-L$(brew --prefix)/lib"
            "-I$(brew --prefix)/opt/openssl@3/include")
    fi
    if [ ${#flags[@]} -gt 0 ] && [[ ${flags[0]} == -l* ]]; then
        printf '%s\n' "${lines[@]}" 'int main() {}' | c++ -x c++ - -o /dev/null "${flags[@]}"
    else
        printf '%s\n' "${lines[@]}" | c++ -E -x c++ - ${flags[@]+"${flags[@]}"}
    fi
}

inferpp_sanitizes()
{
    echo 'int main() {}' | clang++-19 -fsanitize=thread -x c++ - -o /dev/null
}

# --- packages ------------------------------------------------------------------------------------

inferpp_join()
{
    local text
    text=$(printf ', %s' "$@")
    echo "${text:2}"
}

# The names of packages, with BOOST and BOOST_JSON replaced by those of the newest version that the
# system offers: Debian 12 has 1.74 by default and 1.81 beside it.
inferpp_debian_names()
{
    local version
    version=$(apt-cache search --names-only '^libboost-json1\.[0-9]+-dev$' 2> /dev/null |
        sed -n 's/^libboost-json\(1\.[0-9]*\)-dev .*/\1/p' | sort -V | tail -n 1) || true
    version=${version:-1.81}
    printf '%s\n' "$@" |
        sed "s/^BOOST\$/libboost$version-dev/; s/^BOOST_JSON\$/libboost-json$version-dev/" |
        paste -s -d ' ' -
}

inferpp_apt_install()
{
    local as_root=()
    command -v apt-get > /dev/null || return 1
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2> /dev/null || return 1
        as_root=(sudo -n)
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    local log
    log=$(mktemp)
    echo "Installing what is missing; this takes a minute or two." >&2
    # --no-remove: never at the cost of another version of Boost that someone installed.
    if "${as_root[@]}" apt-get update > "$log" 2>&1 &&
        "${as_root[@]}" apt-get install -y --no-install-recommends --no-remove \
            -o DPkg::Lock::Timeout=120 $(inferpp_debian_names "$@") >> "$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    tail -n 15 "$log" >&2
    rm -f "$log"
    return 1
}
