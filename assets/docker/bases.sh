#!/usr/bin/env bash
# Prints the build arguments that name the base images, one `--build-arg NAME=IMAGE` a line pair.
#
# Where the public bases are here already or can be pulled, those are used. Elsewhere (a machine
# that reaches Debian but no image registry) stand-ins are made once and kept for later runs: a
# minimal Debian as the runtime base, and the same with gcc and this machine's own Rust toolchain
# as the builder. Needs root and debootstrap for that.
set -euo pipefail

docker=${DOCKER:-docker}
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)

# What the Dockerfile says, so that the names are written once.
default_of() { sed -n "s/^ARG $1=//p" "$top/Dockerfile"; }
builder=$(default_of BUILDER_IMAGE)
runtime=$(default_of RUNTIME_IMAGE)
# The stand-ins carry the toolchain's version: another toolchain gets another image.
version=$(cd "$top" && rustc --version | cut -d' ' -f2)
standin_builder=trecho-standin-builder:$version
standin_runtime=trecho-standin-runtime:bookworm

have() { "$docker" image inspect "$1" >/dev/null 2>&1; }
obtain() { have "$1" || timeout 300 "$docker" pull --quiet "$1" >&2; }

arguments() {
    printf '%s\n' --build-arg "BUILDER_IMAGE=$1" --build-arg "RUNTIME_IMAGE=$2"
}

make_standins() {
    local root
    root=$(mktemp -d)
    # shellcheck disable=SC2064 # the directory is known now
    trap "rm -rf '$root'" EXIT
    echo "no registry answers: making stand-ins for the base images" >&2
    debootstrap --variant=minbase --include=ca-certificates bookworm "$root" >&2
    trust "$root"
    tar -C "$root" -c . |
        "$docker" import --change 'ENV LANG=C.UTF-8' - "$standin_runtime" >&2

    chroot "$root" apt-get install -y --no-install-recommends gcc libc6-dev >&2
    # The toolchain itself, without rustup before it and without its manuals.
    tar -C "$(cd "$top" && rustc --print sysroot)" -c --exclude=./share --exclude=./lib/rustlib/src . |
        tar -C "$root/usr/local" -x --no-same-owner
    mkdir -p "$root/usr/local/cargo"
    # How this machine's cargo reaches its registry, if it needs to be told.
    for config in config config.toml; do
        if [ -f "${CARGO_HOME:-$HOME/.cargo}/$config" ]; then
            cp "${CARGO_HOME:-$HOME/.cargo}/$config" "$root/usr/local/cargo/"
        fi
    done
    tar -C "$root" -c . |
        "$docker" import --change 'ENV CARGO_HOME=/usr/local/cargo' - "$standin_builder" >&2
}

# What this machine trusts, the image trusts: cargo inside has the same way out.
trust() {
    local bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
    mkdir -p "$1/etc/ssl/certs"
    if [ -f "$bundle" ]; then
        cp -L "$bundle" "$1/etc/ssl/certs/ca-certificates.crt"
    fi
}

if obtain "$builder" && obtain "$runtime"; then
    arguments "$builder" "$runtime"
elif have "$standin_builder" && have "$standin_runtime"; then
    arguments "$standin_builder" "$standin_runtime"
elif [ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null; then
    make_standins
    arguments "$standin_builder" "$standin_runtime"
else
    echo "cannot pull $builder and $runtime; stand-ins need root and debootstrap" >&2
    exit 1
fi
