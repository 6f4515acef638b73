# shellcheck shell=bash
# Shared by the scripts beside it, and asked by xtask: says what it does, installs what is missing, a compiler too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\033[2m» %s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

on_linux() { [ "$(uname -s)" = Linux ]; }

# The pinned toolchain, from rust-toolchain.toml.
need_rust() {
  command -v rustup >/dev/null || die "rustup is missing: install it from https://rustup.rs, then run this again"
  local channel
  channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
  if ! rustc "+$channel" --version >/dev/null 2>&1; then
    say "installing Rust $channel"
    rustup toolchain install "$channel" --profile minimal --component clippy,rustfmt
  fi
}

# xtask COMMAND…: what the doors do, a program of ours. It is built where no other build makes it wait.
xtask() {
  need_rust
  cargo build --quiet --locked --package xtask --profile tool --target-dir target/xtask
  target/xtask/tool/xtask "$@"
}

# need_target TRIPLE…: the standard library to compile for another system.
need_target() {
  local target
  for target in "$@"; do
    if ! rustup target list --installed | grep -qx "$target"; then
      say "installing the Rust target $target"
      rustup target add "$target"
    fi
  done
}

# need_packages PACKAGE…: Debian's packages. Other systems are told what they need and left alone.
need_packages() {
  on_linux || return 0
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null || die "these packages, or your system's names for them, are missing: ${missing[*]}"
  local root=()
  [ "$(id -u)" = 0 ] || root=(sudo)
  say "installing ${missing[*]}"
  "${root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# Where need_python puts its things.
tools=$PWD/target/tools

# need_python NAME…: packages of PyPI, in an environment of this folder's own; their programs are in $tools/bin. Each name
# is a list in scripts/python/, where the packages' hashes are: others than those aren't installed.
need_python() {
  local name list
  if [ ! -x "$tools/bin/pip" ]; then
    need_packages python3 python3-venv
    say "making a Python environment in target/tools"
    python3 -m venv "$tools"
  fi
  for name in "$@"; do
    list=scripts/python/$name.txt
    ! cmp -s "$list" "$tools/$name.txt" || continue
    say "installing $(sed -n 's/^\([a-z].*==[^ ]*\).*/\1/p' "$list" | paste -sd' ' -) in target/tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$list"
    cp "$list" "$tools/$name.txt"
  done
}

need_node() {
  command -v npm >/dev/null && return 0
  if on_linux; then need_packages nodejs npm; else die "npm is missing: install Node.js 20 or newer"; fi
}

# What the companion links on Linux: ALSA, and PipeWire with what its bindings are generated with. JACK's library is
# looked for by its bindings, and loaded only by a companion that is asked for JACK.
need_build() {
  need_rust
  need_packages pkg-config libasound2-dev libpipewire-0.3-dev libspa-0.2-dev clang libclang-dev libjack-jackd2-dev
}

# What stands in for Apple's codesign and lipo on Linux. A Mac has them.
need_mac_tools() {
  ! on_linux || need_python sign
}

# Is the Mac's app signed for others? Then with a certificate and with the time by Apple's clock, as the notary wants it.
for_others() {
  [ -n "${WAVECRAFT_SIGN_IDENTITY:-}${WAVECRAFT_SIGN_P12:-}" ] && [ "${WAVECRAFT_SIGN_TIMESTAMP:-}" != none ]
}
