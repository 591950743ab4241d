# Two images from one build: `--target client` has the passenger's program alone; the last stage,
# the default, is the server, with the passenger's program beside it. Builds with BuildKit, and with the
# classic builder.

# The slim builder has cargo, gcc and libc6-dev, which is all that SQLite's C and the rest need.
ARG BUILDER_IMAGE=rust:1.95-slim-bookworm
# Distroless: glibc and libgcc and certificates, no shell and no package manager, so there is
# nothing in it to use against the server and next to nothing to patch; `nonroot` is uid 65532.
# debian:bookworm-slim serves as well where one wants a shell inside.
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot

# The dependencies, which are most of the work, in a layer of their own: it is built from the manifests
# alone, with our sources empty, so only a change of a manifest or of Cargo.lock builds it again.
FROM ${BUILDER_IMAGE} AS dependencies
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY shared/Cargo.toml shared/
COPY server/Cargo.toml server/
COPY tui-client/Cargo.toml tui-client/
COPY bench/Cargo.toml bench/
# The passenger's program is built without the demo, and thereby without SQLite; both at once, so that
# what they share is compiled once. What came of the empty sources is forgotten again: cargo would take
# it for newer than the real ones.
RUN mkdir -p shared/src shared/benches server/src server/benches/core tui-client/src tui-client/benches bench/src \
    && touch shared/src/lib.rs server/src/lib.rs tui-client/src/lib.rs \
        shared/benches/wire.rs server/benches/core/main.rs tui-client/benches/screen.rs \
    && for main in server tui-client bench; do echo 'fn main() {}' >$main/src/main.rs; done \
    && cargo build --release --locked -p trecho-server -p trecho-tui --no-default-features \
    && cargo clean --release -p trecho-shared -p trecho-server -p trecho-tui

FROM dependencies AS build
COPY . .
RUN cargo build --release --locked -p trecho-server -p trecho-tui --no-default-features \
    && mkdir -p /out/data \
    && cp target/release/trechod target/release/trecho /out/

FROM ${RUNTIME_IMAGE} AS runtime
ENV LANG=C.UTF-8
USER 65532:65532
STOPSIGNAL SIGTERM
# What the image was built from: --build-arg TRECHO_REVISION="$(git rev-parse HEAD)". The version is
# Cargo.toml's, which a test compares.
ARG TRECHO_VERSION=0.1.0
ARG TRECHO_REVISION=unknown
ARG TRECHO_SOURCE=unknown
LABEL org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.vendor="The Trecho authors" \
      org.opencontainers.image.version="${TRECHO_VERSION}" \
      org.opencontainers.image.revision="${TRECHO_REVISION}" \
      org.opencontainers.image.source="${TRECHO_SOURCE}"

FROM runtime AS client
COPY --from=build /out/trecho /usr/local/bin/trecho
# Session tokens and bookings of whoever uses this image.
COPY --from=build --chown=65532:65532 /out/data /var/lib/trecho-client
VOLUME /var/lib/trecho-client
ENV TRECHO_DATA=/var/lib/trecho-client
LABEL org.opencontainers.image.title="trecho" \
      org.opencontainers.image.description="Trecho: the passenger's full-screen terminal client"
ENTRYPOINT ["/usr/local/bin/trecho"]

FROM runtime AS server
COPY --from=build /out/trechod /out/trecho /usr/local/bin/
COPY --from=build --chown=65532:65532 /out/data /var/lib/trecho
# For a certificate and its key: a new volume here is the server's own to write (compose.tls.yaml).
COPY --from=build --chown=65532:65532 /out/data /etc/trecho
VOLUME /var/lib/trecho
# Whoever comes through a published port from the machine outside comes from the gateway's address.
ENV TRECHO_DATA=/var/lib/trecho \
    TRECHO_TRUSTED_NET=gateway
EXPOSE 7470
LABEL org.opencontainers.image.title="trechod" \
      org.opencontainers.image.description="Trecho: the booking server"
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["/usr/local/bin/trechod", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/trechod"]
# Plain TCP on all of the container's addresses: who may reach them is the network's affair.
CMD ["serve", "--listen", "0.0.0.0:7470", "--plaintext"]
