#!/usr/bin/env bash
# Says which base images to build on: prints `BUILDER_IMAGE=…`, `RUNTIME_IMAGE=…` and
# `PASSENGER_IMAGE=…`, one a line.
#
# Where the public bases are here already or can be pulled, those are used. Elsewhere (a machine
# that reaches Debian but no image registry) stand-ins are made once and kept for later runs: a
# minimal Debian as the runtime base, and the same with gcc, Python and this machine's own Rust
# toolchain for the other two. Needs root and debootstrap for that.
set -euo pipefail

docker=${DOCKER:-docker}
top=$(cd "$(dirname "$0")/../.." && pwd)

# What the Dockerfiles say, so that the names are written once.
default_of() { sed -n "s/^ARG $2=//p" "$top/$1"; }
builder=$(default_of Dockerfile BUILDER_IMAGE)
runtime=$(default_of Dockerfile RUNTIME_IMAGE)
passenger=$(default_of assets/docker/passenger.Dockerfile PASSENGER_IMAGE)
# The stand-in carries the toolchain's version: another toolchain gets another image.
version=$(cd "$top" && rustc --version | cut -d' ' -f2)
standin_builder=trecho-standin-builder:$version
standin_runtime=trecho-standin-runtime:bookworm

have() { "$docker" image inspect "$1" >/dev/null 2>&1; }
obtain() { have "$1" || timeout 300 "$docker" pull --quiet "$1" >&2; }
say() { printf 'BUILDER_IMAGE=%s\nRUNTIME_IMAGE=%s\nPASSENGER_IMAGE=%s\n' "$@"; }

# What this machine trusts, the image trusts: cargo inside has the same way out.
trust() {
    local bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
    if [ -f "$bundle" ]; then
        cp -L "$bundle" "$1/etc/ssl/certs/ca-certificates.crt"
    fi
}

# What a package manager keeps and people read is nothing that a build or a server needs.
lean=(--exclude=./var/cache/apt --exclude=./var/lib/apt/lists --exclude=./usr/share/doc
    --exclude=./usr/share/man --exclude=./usr/share/locale --exclude=./usr/share/info)

make_standins() {
    echo "no registry answers: making stand-ins for the base images" >&2
    debootstrap --variant=minbase --include=ca-certificates bookworm "$root" >&2
    trust "$root"
    tar -C "$root" "${lean[@]}" -c . | "$docker" import - "$standin_runtime" >&2

    chroot "$root" apt-get install -y --no-install-recommends gcc libc6-dev python3 >&2
    # The toolchain itself, without rustup before it and without its manuals. Linked, not copied, where
    # that can be: it takes more room than all the rest.
    local toolchain
    toolchain=$(cd "$top" && rustc --print sysroot)
    cp -al "$toolchain/." "$root/usr/local/" 2>/dev/null || cp -a "$toolchain/." "$root/usr/local/"
    rm -rf "$root/usr/local/share" "$root/usr/local/lib/rustlib/src"
    mkdir -p "$root/usr/local/cargo"
    # How this machine's cargo reaches its registry, if it needs to be told.
    for config in config config.toml; do
        if [ -f "${CARGO_HOME:-$HOME/.cargo}/$config" ]; then
            cp "${CARGO_HOME:-$HOME/.cargo}/$config" "$root/usr/local/cargo/"
        fi
    done
    tar -C "$root" "${lean[@]}" -c . |
        "$docker" import --change 'ENV CARGO_HOME=/usr/local/cargo' - "$standin_builder" >&2
}

if obtain "$builder" && obtain "$runtime" && obtain "$passenger"; then
    say "$builder" "$runtime" "$passenger"
elif have "$standin_builder" && have "$standin_runtime"; then
    say "$standin_builder" "$standin_runtime" "$standin_builder"
elif [ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null; then
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT
    make_standins
    say "$standin_builder" "$standin_runtime" "$standin_builder"
else
    echo "cannot pull $builder, $runtime or $passenger; stand-ins need root and debootstrap" >&2
    exit 1
fi
