# One image: serve is the default command, migrate, seed and deliver are run beside it.
# Both stages stand on the same base: the venv points at the interpreter by its path.
FROM python:3.11-slim-trixie AS base
WORKDIR /app

FROM base AS build
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.9
COPY requirements.lock ./
RUN uv venv --python python3 .venv \
    && uv pip sync --no-cache --python .venv/bin/python --require-hashes requirements.lock
COPY api api
COPY db db
COPY migrations migrations
COPY seed seed
# Compiled here, since nothing can be written in the running container.
RUN .venv/bin/python -m compileall -q api db migrations seed

FROM base
LABEL org.opencontainers.image.title="Samspråk" \
      org.opencontainers.image.licenses="EUPL-1.2"
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SAMSPRAK_ENVIRONMENT=production
RUN groupadd --gid 10001 samsprak \
    && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --shell /usr/sbin/nologin samsprak
COPY LICENSE ./
COPY --from=build /app/.venv .venv
COPY --from=build /app/api api
COPY --from=build /app/db db
COPY --from=build /app/migrations migrations
COPY --from=build /app/seed seed
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s --retries=3 \
    CMD ["python", "-m", "api.healthcheck"]
CMD ["python", "-m", "api", "serve", "--host", "0.0.0.0"]
