# The sample games of this repository. A project of your own has its own file: `roomkeep new` writes it.
ARG NODE=24-bookworm-slim

FROM node:${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY . .
# Compressed here, because the running server cannot write into its image.
RUN npx vite build --logLevel warn \
  && npx tsc -p deploy/tsconfig.json \
  && cp games/quiz/questions.json dist/games/quiz/ \
  && node -e "import('./dist/server/http/page-compression.js').then((m) => m.compressPage('dist/page'))"

FROM node:${NODE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts

FROM node:${NODE}
# Of what runs here, for the rules of flags: docker build --build-arg VERSION=$(git describe --always)
ARG VERSION=
ENV NODE_ENV=production HOST=0.0.0.0 PORT=2567 ROOMKEEP_DATA_DIR=/data ROOMKEEP_VERSION=${VERSION}
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
RUN install -d -o 1000 -g 1000 /data
USER 1000:1000
VOLUME /data
EXPOSE 2567
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Not through npm, which keeps the signal to itself.
CMD ["node", "dist/server/cli/index.js", "start"]
