FROM oven/bun:1.4.5 AS build
WORKDIR /build
COPY package.json bun.lock bunfig.toml ./
RUN bun install --frozen-lockfile
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
RUN bun run build && mkdir /data

# glibc and nothing else: no shell, no package manager, not root.
FROM gcr.io/distroless/base-debian12:nonroot
COPY --from=build /build/dist/falgate /falgate
COPY --from=build --chown=nonroot:nonroot /data /data
WORKDIR /data
# The cap on upstream requests is lifted here, so that the process need not replace itself.
ENV NODE_ENV=production PORT=3001 DATA_DIR=/data BUN_CONFIG_MAX_HTTP_REQUESTS=65535 BUN_JSC_forceRAMSize=200000000 BUN_JSC_largeHeapGrowthFactor=1.1
EXPOSE 3001
HEALTHCHECK --interval=15s --timeout=6s --start-period=5s CMD ["/falgate", "health"]
ENTRYPOINT ["/falgate"]
CMD ["serve"]
