# A scripted passenger for the container test: the Python client and nothing else.
ARG PASSENGER_IMAGE=python:3.13-slim-bookworm
FROM ${PASSENGER_IMAGE}
COPY trecho.py /trecho.py
USER 65532:65532
ENTRYPOINT ["python3", "/trecho.py"]
