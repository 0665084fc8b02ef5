# Stage 1 makes a virtual environment with the locked dependencies and the wheel; stage 2 carries only that.
FROM python:3.13-slim AS build

WORKDIR /src
COPY requirements-run.lock ./
RUN python -m venv /opt/mockserver \
 && /opt/mockserver/bin/pip install --no-cache-dir --no-deps --requirement requirements-run.lock
COPY . .
RUN /opt/mockserver/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
 && /opt/mockserver/bin/pip install --no-cache-dir --no-deps --no-index /dist/*.whl \
 && /opt/mockserver/bin/pip uninstall --yes editables hatchling pathspec pluggy tomlkit trove-classifiers pip


FROM python:3.13-slim

ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="messages-mockserver" \
      org.opencontainers.image.description="A contract-testing stand-in for the Vonage (Nexmo) Messages API" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT"

RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin mockserver \
 && install --directory --owner 10001 --group 10001 /tls
COPY --from=build /opt/mockserver /opt/mockserver

ENV PATH="/opt/mockserver/bin:${PATH}" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MESSAGES_MOCKSERVER_HOST=0.0.0.0 \
    MESSAGES_MOCKSERVER_TLS_DIR=/tls

USER 10001:10001
WORKDIR /tmp
# The certificate authority is kept here; mount it to let clients trust it.
VOLUME ["/tls"]
EXPOSE 7670 7671
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --start-interval=1s CMD ["mockserver", "ready"]
ENTRYPOINT ["mockserver"]
CMD ["serve"]
