# The etl image: `docker compose run --rm etl run /project/mappings/catalog.yaml`
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY etl ./etl
RUN pip install --no-cache-dir --prefix=/install .

FROM python:3.13-slim
COPY --from=build /install /usr/local
RUN useradd --create-home --uid 1000 etl && mkdir /project && chown etl /project
USER etl
WORKDIR /project
ENTRYPOINT ["etl"]
CMD ["--help"]
